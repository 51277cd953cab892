// The one door to the API. Whatever goes wrong comes out as a problem: { type, status, detail, ... } as the API has it, and for a broken
// connection of the same form.
import { session, token } from './session.js';

// What the API hands out, as its document describes it.
/** @typedef {import('commerce-api').components['schemas']} Api */
/** @typedef {{ status: number, slug: string, detail?: string, [field: string]: any }} Problem */

/**
 * @param {string} method
 * @param {string} path below /api, its ids escaped
 * @param {{ body?: unknown, csv?: string, key?: string, as?: string, signal?: AbortSignal, headers?: Record<string, string> }} [options]
 * @returns {Promise<any>}
 * @throws {Problem}
 */
export async function call(method, path, options = {}) {
  const headers = new Headers(options.headers);
  const bearer = options.as ?? token();
  if (bearer) headers.set('Authorization', `Bearer ${bearer}`);
  if (options.key) headers.set('Idempotency-Key', options.key);
  if (options.body !== undefined) headers.set('Content-Type', 'application/json');
  if (options.csv !== undefined) headers.set('Content-Type', 'text/csv; charset=utf-8');
  const body = options.csv ?? (options.body === undefined ? undefined : JSON.stringify(options.body));
  const response = await send(`/api${path}`, { method, headers, body, signal: options.signal });
  if (response.status === 204) return null;
  const answer = await response.json().catch(() => null);
  if (response.ok) return answer;
  if (response.status === 401 && !options.as) session.expire();
  throw problemOf(response, answer);
}

/** @param {string} path @param {AbortSignal} [signal] */
export const read = (path, signal) => call('GET', path, { signal });

/** @param {string} address @param {RequestInit} request */
async function send(address, request) {
  try {
    return await fetch(address, request);
  } catch (broken) {
    if (/** @type {any} */ (broken)?.name === 'AbortError') throw broken;
    throw { status: 0, slug: 'unreachable' };
  }
}

/** @param {Response} response @param {any} answer @returns {Problem} */
function problemOf(response, answer) {
  const type = typeof answer?.type === 'string' ? answer.type : '';
  return { ...answer, status: response.status, slug: type.split('/').pop() || 'internal-error', retryAfter: response.headers.get('Retry-After') };
}

/** A path of segments that may hold anything. @param {...string} segments */
export const pathOf = (...segments) => `/${segments.map(encodeURIComponent).join('/')}`;
