// What only a local run has: the mock data platform, and tokens for the asking. Elsewhere nothing answers at these addresses.
import { call, pathOf } from './api.js';
import { newKey } from './intent.js';

const platform = '/local/webhooks/data-platform';

/** How the mock data platform is doing; null where there is none. @param {AbortSignal} [signal] */
export async function platformState(signal) {
  const response = await fetch(`${platform}?limit=0`, { signal });
  const isOurs = response.ok && response.headers.get('Content-Type')?.includes('json');
  return isOurs ? response.json() : null;
}

/** @param {Record<string, unknown>} behaviour */
export async function behave(behaviour) {
  const response = await fetch(`${platform}/behaviour`, {
    method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(behaviour),
  });
  if (!response.ok) throw { status: response.status, slug: 'internal-error' };
}

/** A token for one of the crowd. @param {string} sub @param {string} scope */
async function tokenFor(sub, scope) {
  const response = await fetch('/local/identity/token', { method: 'POST', body: new URLSearchParams({ sub, scope }) });
  if (!response.ok) throw { status: response.status, slug: 'internal-error' };
  return (await response.json()).access_token;
}

/**
 * Lets customers buy one product at once: each charges what it costs and orders a piece.
 * @param {number} customers
 * @param {{ productId: string, price: number }} product
 * @param {(progress: { paid: number, refused: number, failed: number }) => void} tell
 */
export async function rush(customers, product, tell) {
  const crowd = await tokenFor('crowd', 'users.act');
  const run = newKey().slice(0, 8);
  const progress = { paid: 0, refused: 0, failed: 0 };
  await Promise.all(Array.from({ length: customers }, async (_, i) => {
    const what = await buyOne(`crowd-${run}-${i + 1}`, product, crowd);
    progress[what] += 1;
    tell({ ...progress });
  }));
  return progress;
}

/** @param {string} userId @param {{ productId: string, price: number }} product @param {string} as @returns {Promise<'paid' | 'refused' | 'failed'>} */
async function buyOne(userId, product, as) {
  try {
    if (product.price > 0)
      await call('POST', pathOf('users', userId, 'balance', 'charges'), { body: { amount: product.price }, key: 'charge', as });
    await call('POST', pathOf('users', userId, 'orders'), { body: { items: [{ productId: product.productId, quantity: 1 }] }, key: 'order', as });
    return 'paid';
  } catch (problem) {
    return /** @type {any} */ (problem).status === 409 ? 'refused' : 'failed';
  }
}
