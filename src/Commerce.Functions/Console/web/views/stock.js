import { html, useState } from '../app/html.js';
import { pathOf, read } from '../app/api.js';
import { carryOut } from '../app/intent.js';
import { count, t, time } from '../app/language.js';
import { Pages, usePages } from '../app/pages.js';
import { ProblemNote, Reading, SignedIn, Title, say } from '../app/parts.js';
import { linkTo, useRead } from '../app/store.js';

/** @param {{ route: any }} props */
export const View = ({ route }) => html`
  <${SignedIn} asOperator=${true} scope="stock.write">${() => route.parts[1]
    ? html`<${ProductStock} productId=${route.parts[1]} />`
    : html`<${Title} text=${t('stock')} /><${Choose} />`}
  <//>`;

function Choose() {
  const [query, setQuery] = useState('');
  const products = usePages('/products');
  const go = (/** @type {any} */ event) => {
    event.preventDefault();
    if (query.trim()) location.hash = linkTo('stock', query.trim());
  };
  return html`
    <form class="bar" onSubmit=${go}>
      <label>${t('productId')} <input value=${query} required maxlength="64" onInput=${(/** @type {any} */ event) => setQuery(event.target.value)} /></label>
      <button class="primary">${t('open')}</button>
    </form>
    <${Pages} pages=${products} empty=${t('shelvesEmpty')} caption=${t('stock')} heads=${[t('productId'), t('product'), t('stockNow')]}
      keyOf=${(/** @type {any} */ item) => item.productId}
      row=${(/** @type {any} */ item) => [html`<a href=${linkTo('stock', item.productId)}>${item.productId}</a>`, item.name, count(item.stock)]} />`;
}

/** @param {{ productId: string }} props */
function ProductStock({ productId }) {
  const product = useRead(signal => read(pathOf('products', productId), signal), [productId], 2_000);
  const movements = usePages(pathOf('ops', 'products', productId, 'movements'));
  const adjusted = async (/** @type {any} */ adjustment) => {
    say(t('adjusted', { stock: adjustment.stock }));
    movements.anew();
    await product.reload();
  };
  return html`
    <p><a href="#/stock">${t('stock')}</a></p>
    <${Title} text=${product.data?.name ?? productId} />
    <${Reading} of=${product} rows=${1}>${(/** @type {any} */ found) => html`<p class="figure">${t('inStock', { stock: found.stock })}</p>`}<//>
    ${(product.data || !product.error) && html`<${Adjust} productId=${productId} isReady=${product.data !== undefined} onAdjusted=${adjusted} />`}
    <h2>${t('movements')}</h2>
    <${Pages} pages=${movements} empty=${t('noMovements')} caption=${t('movements')} heads=${[t('when'), t('what'), t('quantity'), t('stockAfter'), t('reason')]}
      keyOf=${(/** @type {any} */ item) => item.movementId}
      row=${(/** @type {any} */ item) => [time(item.occurredAt), t(`movement.${item.kind}`), count(item.delta), count(item.stockAfter), item.reason ?? item.orderId ?? '']} />`;
}

/** There from the start, so that nothing below it jumps. @param {{ productId: string, isReady: boolean, onAdjusted: (adjustment: any) => Promise<void> }} props */
function Adjust({ productId, isReady, onAdjusted }) {
  const [wish, setWish] = useState({ delta: 10, reason: '' });
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const submit = async (/** @type {Event} */ event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await onAdjusted(await carryOut(`adjust:${productId}`, 'POST', pathOf('ops', 'products', productId, 'stock-adjustments'), wish));
    } catch (refused) {
      setProblem(refused);
    }
    setBusy(false);
  };
  return html`
    <form class="bar" onSubmit=${submit}>
      <label>${t('delta')} <input type="number" required value=${wish.delta} onInput=${(/** @type {any} */ event) => setWish({ ...wish, delta: Math.trunc(Number(event.target.value)) })} /></label>
      <label>${t('reason')} <input required maxlength="200" value=${wish.reason} onInput=${(/** @type {any} */ event) => setWish({ ...wish, reason: event.target.value })} /></label>
      <button class="primary" disabled=${busy || !isReady || wish.delta === 0}>${t('adjust')}</button>
    </form>
    ${problem && html`<${ProblemNote} problem=${problem} />`}`;
}
