// The shelves as far as they have been read. The API hands them out in pages of a hundred; whoever scrolls reads on, whoever searches
// reads them all, once. The stock that is seen is read again every few seconds.
import { call, pathOf, read } from './api.js';
import { createStore } from './store.js';

const pageSize = 100;

/** @typedef {import('./api.js').Api['Product']} Product */
/** @typedef {{ items: Product[], cursor: string | null | undefined, error: any }} Shelves */

/** `cursor` is undefined before the first page, and null after the last. */
export const shelves = createStore(/** @type {Shelves} */ ({ items: [], cursor: undefined, error: undefined }));

/** @type {Promise<void> | null} */
let reading = null;

/** Reads the next page, if there is one. */
export function readOn() {
  if (shelves.get().cursor === null) return Promise.resolve();
  if (reading) return reading;
  /** @type {Promise<void>} */
  const page = readPage(() => reading === page).finally(() => { if (reading === page) reading = null; });
  return reading = page;
}

/** Reads all there are, as long as somebody wants them. @param {() => boolean} isWanted */
export async function readAll(isWanted) {
  while (shelves.get().cursor !== null && !shelves.get().error && isWanted()) await readOn();
}

/** Begins the list anew; a page that is under way is of the list before, and nobody waits for it any more. */
export function readAnew() {
  reading = null;
  shelves.set({ items: [], cursor: undefined, error: undefined });
  return readOn();
}

/** @param {() => boolean} isWanted */
async function readPage(isWanted) {
  const { cursor } = shelves.get();
  try {
    const page = await read(`/products?limit=${pageSize}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`);
    // Appended to what is there now: stocks may have been read again meanwhile.
    if (isWanted()) shelves.set({ items: shelves.get().items.concat(page.items), cursor: page.nextCursor ?? null, error: undefined });
  } catch (error) {
    if (isWanted()) shelves.set({ ...shelves.get(), error });
  }
}

/** Reads products again, and shows what they have now. @param {string[]} productIds */
export async function refresh(productIds) {
  const fresh = await Promise.all(productIds.map(productId => call('GET', pathOf('products', productId)).catch(() => null)));
  const byId = new Map(fresh.filter(Boolean).map(product => [product.productId, product]));
  const state = shelves.get();
  if (state.items.some(item => byId.has(item.productId) && isOther(item, byId.get(item.productId))))
    shelves.set({ ...state, items: state.items.map(item => byId.get(item.productId) ?? item) });
}

/** @param {Product} one @param {Product} other */
const isOther = (one, other) => one.stock !== other.stock || one.price !== other.price || one.name !== other.name;

/** Products in whose name or id all the words are. @param {Product[]} items @param {string} search */
export function matching(items, search) {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  return items.filter(item => {
    const text = `${item.name} ${item.productId}`.toLowerCase();
    return words.every(word => text.includes(word));
  });
}
