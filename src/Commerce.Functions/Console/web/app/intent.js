// What somebody wants done once. Its Idempotency-Key is made when it is first wanted and kept until the shop has decided, so that a second
// click, a reload or a lost answer repeats the request instead of making another one.
import { call } from './api.js';

/** @typedef {{ key: string, method: string, path: string, body?: unknown }} Intent */

const slot = (/** @type {string} */ name) => `intent:${name}`;

/** @type {Map<string, Promise<any>>} */
const underWay = new Map();

/**
 * Carries an intent out. While it is under way, a second call gets the first one's answer.
 * @param {string} name of what there can be but one at a time: "checkout", "charge"
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 */
export function carryOut(name, method, path, body) {
  const running = underWay.get(name);
  if (running) return running;
  const work = perform(name, remember(name, method, path, body)).finally(() => underWay.delete(name));
  underWay.set(name, work);
  return work;
}

/** Carries on with what a reload or a lost answer interrupted; null when there is nothing. @param {string} name */
export function carryOn(name) {
  const left = recall(name);
  return left ? carryOut(name, left.method, left.path, left.body) : null;
}

/** @param {string} name @returns {Intent | null} */
export function recall(name) {
  return JSON.parse(sessionStorage.getItem(slot(name)) ?? 'null');
}

/** Gives up what the shop has not answered. @param {string} name */
export const forget = name => sessionStorage.removeItem(slot(name));

/** @param {string} name @param {string} method @param {string} path @param {unknown} body @returns {Intent} */
function remember(name, method, path, body) {
  const left = recall(name);
  // The same wish is a repeat; another one is an intent of its own.
  if (left && left.path === path && left.method === method && JSON.stringify(left.body) === JSON.stringify(body)) return left;
  const intent = { key: newKey(), method, path, body };
  sessionStorage.setItem(slot(name), JSON.stringify(intent));
  return intent;
}

/** @param {string} name @param {Intent} intent */
async function perform(name, intent) {
  try {
    const answer = await call(intent.method, intent.path, { body: intent.body, key: intent.key });
    forget(name);
    return answer;
  } catch (problem) {
    if (isDecided(/** @type {any} */ (problem))) forget(name);
    throw problem;
  }
}

/** Without an answer, or with one that asks to come again, nobody knows. 401 and 429 have decided nothing. @param {any} problem */
const isDecided = problem => problem.status >= 400 && problem.status < 500 && ![401, 408, 429].includes(problem.status);

/** `crypto.randomUUID` is only there where the connection is safe. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, '0')).join('');
}
