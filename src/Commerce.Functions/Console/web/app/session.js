// Who is signed in: an access token of the issuer that the app trusts, fetched by authorization code with PKCE (RFC 7636). It lives in this tab.
import { createStore } from './store.js';

const kept = 'session';
const asked = 'sign-in';
const callbackPath = '/api/console';

/** @typedef {{ token: string, userId: string, scopes: string[], expiresAt: number }} Session */

const store = createStore(/** @type {Session | null} */ (restore()));

export const session = {
  get: store.get,
  watch: store.watch,
  /** The token is no longer taken: whoever goes on signs in again. */
  expire() {
    sessionStorage.removeItem(kept);
    store.set(null);
  },
};

export const token = () => store.get()?.token;

/** @param {string} scope */
export const may = scope => store.get()?.scopes.includes(scope) ?? false;

function restore() {
  const found = JSON.parse(sessionStorage.getItem(kept) ?? 'null');
  return found && found.expiresAt > Date.now() ? found : null;
}

async function configuration() {
  const config = await readJson('/api/console/config.json');
  const issuer = await readJson(`${config.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  if (issuer.issuer !== config.issuer) throw new Error(`The issuer calls itself ${issuer.issuer}.`);
  return { config, issuer };
}

/** Leads to the issuer's page. @param {boolean} asOperator */
export async function signIn(asOperator) {
  const { config, issuer } = await configuration();
  const [verifier, state] = [randomText(), randomText()];
  sessionStorage.setItem(asked, JSON.stringify({ verifier, state, hash: location.hash }));
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: location.origin + callbackPath,
    scope: asOperator ? config.operatorScope : config.scope,
    audience: config.audience,
    state,
    code_challenge: await challengeOf(verifier),
    code_challenge_method: 'S256',
  });
  location.assign(`${issuer.authorization_endpoint}?${request}`);
}

export function signOut() {
  sessionStorage.clear();
  store.set(null);
  location.hash = '#/';
}

/**
 * Ends a sign-in that comes back with a code. The code leaves the address at once: it is good for one exchange.
 * @returns {Promise<boolean>} whether there was one that failed
 */
export async function completeSignIn() {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state')) return false;
  const request = JSON.parse(sessionStorage.getItem(asked) ?? 'null');
  sessionStorage.removeItem(asked);
  history.replaceState(null, '', callbackPath + (request?.hash ?? ''));
  dispatchEvent(new HashChangeEvent('hashchange'));
  if (!request || request.state !== answer.get('state') || !answer.get('code')) return true;
  try {
    await exchange(answer, request.verifier);
    return false;
  } catch {
    return true;
  }
}

/** @param {URLSearchParams} answer @param {string} verifier */
async function exchange(answer, verifier) {
  const { config, issuer } = await configuration();
  // An answer that another issuer gave is not for us (RFC 9207).
  if (answer.has('iss') && answer.get('iss') !== config.issuer) throw new Error('Another issuer has answered.');
  const response = await fetch(issuer.token_endpoint, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code: answer.get('code') ?? '',
      redirect_uri: location.origin + callbackPath,
      client_id: config.clientId,
      code_verifier: verifier,
    }),
  });
  if (!response.ok) throw new Error(`The issuer answered ${response.status}.`);
  keep(await response.json(), config.userClaim);
}

/** @param {any} answer @param {string} userClaim */
function keep(answer, userClaim) {
  const claims = claimsOf(answer.access_token);
  const session = {
    token: answer.access_token,
    userId: String(claims[userClaim] ?? ''),
    scopes: ['scope', 'scp', 'roles'].flatMap(name => wordsOf(claims[name])),
    expiresAt: Date.now() + Number(answer.expires_in ?? 3600) * 1000,
  };
  sessionStorage.setItem(kept, JSON.stringify(session));
  store.set(session);
}

/** What a token says, for the display alone: whether it is true, the app decides. @param {string} jwt */
function claimsOf(jwt) {
  const bytes = Uint8Array.from(atob(jwt.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')), letter => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/** @param {unknown} claim @returns {string[]} */
const wordsOf = claim => Array.isArray(claim) ? claim : typeof claim === 'string' ? claim.split(' ').filter(Boolean) : [];

const randomText = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));

/** @param {string} verifier */
const challengeOf = async verifier => base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));

/** @param {Uint8Array} bytes */
const base64Url = bytes => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

/** @param {string} address */
async function readJson(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address} answered ${response.status}.`);
  return response.json();
}
