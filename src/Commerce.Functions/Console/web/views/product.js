import { html, useState } from '../app/html.js';
import { pathOf, read } from '../app/api.js';
import { t, won } from '../app/language.js';
import { Reading, Title } from '../app/parts.js';
import { useRead } from '../app/store.js';
import { AddToCart, Stock } from './shelves.js';

const refreshMs = 2_000;

/** @param {{ route: any }} props */
export function View({ route }) {
  const productId = route.parts[1] ?? '';
  const product = useRead(signal => read(pathOf('products', productId), signal), [productId], refreshMs);
  const [quantity, setQuantity] = useState(1);
  return html`
    <p><a href="#/">${t('backToShelves')}</a></p>
    <${Title} text=${product.data?.name ?? productId} />
    <${Reading} of=${product}>${(/** @type {import('../app/api.js').Api['Product']} */ found) => html`
      <dl class="facts">
        <dt>${t('productId')}</dt><dd>${found.productId}</dd>
        <dt>${t('price')}</dt><dd>${won(found.price)}</dd>
        <dt>${t('stockNow')}</dt><dd><${Stock} stock=${found.stock} /></dd>
      </dl>
      <div class="bar">
        <label>${t('quantity')} <input type="number" min="1" max="1000000" value=${quantity}
          onInput=${(/** @type {any} */ event) => setQuantity(Math.max(1, Math.floor(Number(event.target.value) || 1)))} /></label>
        <${AddToCart} productId=${found.productId} name=${found.name} quantity=${quantity} />
      </div>`}
    <//>`;
}
