import { html, useEffect, useRef, useState } from '../app/html.js';
import { call, pathOf, read } from '../app/api.js';
import { matching, readAll, readAnew, readOn, refresh, shelves } from '../app/catalog.js';
import { count, t, won } from '../app/language.js';
import { LongList } from '../app/list.js';
import { ProblemNote, Reading, Skeleton, Title, say, sayProblem } from '../app/parts.js';
import { session, signIn } from '../app/session.js';
import { linkTo, useRead, useStore } from '../app/store.js';

const refreshMs = 5_000;
const rowHeight = 64;
const seenMax = 30;

export function Shelves() {
  const state = useStore(shelves);
  const [search, setSearch] = useState('');
  const seen = useRef(/** @type {string[]} */ ([]));
  const wanted = useRef('');
  wanted.current = search;
  const items = matching(state.items, search);
  useEffect(() => { readOn(); }, []);
  useEffect(() => { if (search) readAll(() => wanted.current === search); }, [search]);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || refresh(seen.current), refreshMs);
    return () => clearInterval(timer);
  }, []);
  return html`
    <${Title} text=${t('shelves')} />
    <${BestSellers} />
    <div class="bar">
      <label>${t('search')} <input type="search" value=${search} placeholder=${t('searchHint')}
        onInput=${(/** @type {any} */ event) => setSearch(event.target.value)} /></label>
      <span class="hint" aria-live="polite">${summary(state, search, items.length)}</span>
    </div>
    ${state.error && html`<${ProblemNote} problem=${state.error} retry=${readAnew} />`}
    ${state.cursor === undefined && !state.error && html`<${Skeleton} rows=${8} />`}
    ${state.cursor === null && items.length === 0 && html`<p class="empty">${t(search ? 'nothingFound' : 'shelvesEmpty')}</p>`}
    ${items.length > 0 && html`<${LongList} label=${t('shelves')} count=${items.length} rowHeight=${rowHeight}
      row=${(/** @type {number} */ i) => html`<${Row} key=${items[i].productId} product=${items[i]} position=${i + 1} size=${items.length} />`}
      onNearEnd=${readOn}
      onSeen=${(/** @type {number} */ first, /** @type {number} */ end) => { seen.current = items.slice(first, Math.min(end, first + seenMax)).map(item => item.productId); }} />`}`;
}

/** @param {any} state @param {string} search @param {number} found */
function summary(state, search, found) {
  if (state.cursor === undefined) return '';
  const key = state.cursor !== null ? (search ? 'searching' : 'productsSoFar') : search ? 'productsFound' : 'products';
  return t(key, { found, all: state.items.length });
}

/** @param {{ product: import('../app/catalog.js').Product, position: number, size: number }} props */
function Row({ product, position, size }) {
  const { productId, name, price, stock } = product;
  return html`
    <li class="product" aria-posinset=${position} aria-setsize=${size}>
      <a class="name" href=${linkTo('product', productId)}>${name}</a>
      <span class="id">${productId}</span>
      <span class="price">${won(price)}</span>
      <${Stock} stock=${stock} />
      <${AddToCart} productId=${productId} name=${name} quantity=${1} disabled=${stock === 0} />
    </li>`;
}

/** @param {{ stock: number }} props */
export const Stock = ({ stock }) => html`
  <span class=${`stock ${stock === 0 ? 'none' : stock < 10 ? 'low' : ''}`}>${stock === 0 ? t('soldOut') : t('inStock', { stock })}</span>`;

/** @param {{ productId: string, name: string, quantity: number, disabled?: boolean }} props */
export function AddToCart({ productId, name, quantity, disabled }) {
  const who = useStore(session);
  const [busy, setBusy] = useState(false);
  const add = async () => {
    if (!who) return signIn(false).catch(sayProblem);
    setBusy(true);
    try {
      const cart = await call('POST', pathOf('users', who.userId, 'cart', 'items'), { body: { productId, quantity } });
      say(t('added', { name, pieces: cart.item?.quantity ?? quantity }));
    } catch (problem) {
      sayProblem(problem);
    }
    setBusy(false);
  };
  return html`<button onClick=${add} disabled=${busy || disabled} aria-label=${t('addNamed', { name })}>${t('add')}</button>`;
}

function BestSellers() {
  const top = useRead(signal => read('/products/top?limit=5', signal), [], refreshMs);
  return html`
    <section class="best" aria-labelledby="best"><h2 id="best">${t('bestSellers')}</h2>
      <${Reading} of=${top} rows=${1} isEmpty=${(/** @type {any} */ list) => list.items.length === 0} empty=${t('nothingSold')}>
        ${(/** @type {any} */ list) => html`<ol>${list.items.map((/** @type {any} */ item) => html`
          <li key=${item.productId}><a href=${linkTo('product', item.productId)}>${item.name}</a>
            <span>${t('sold', { quantity: count(item.quantity) })}</span></li>`)}</ol>`}
      <//>
    </section>`;
}
