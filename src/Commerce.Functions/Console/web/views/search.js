import { html, useState } from '../app/html.js';
import { t, time, won } from '../app/language.js';
import { Pages, usePages } from '../app/pages.js';
import { Badge, SignedIn, Title } from '../app/parts.js';
import { linkTo } from '../app/store.js';
import { linesOf } from './orders.js';

const states = ['pending', 'paid', 'rejected', 'cancelled'];

export const View = () => html`
  <${Title} text=${t('allOrders')} />
  <${SignedIn} asOperator=${true} scope="orders.read">${() => html`<${Search} />`}<//>`;

function Search() {
  const [query, setQuery] = useState('');
  const orders = usePages(`/ops/orders${query ? `?${query}` : ''}`);
  const submit = (/** @type {any} */ event) => {
    event.preventDefault();
    const wanted = queryOf(new FormData(event.target));
    if (wanted === query) orders.anew();
    setQuery(wanted);
  };
  return html`
    <form class="bar" onSubmit=${submit}>
      <label>${t('from')} <input type="datetime-local" name="from" /></label>
      <label>${t('until')} <input type="datetime-local" name="to" /></label>
      <label>${t('state')} <select name="status"><option value="">${t('any')}</option>${states.map(state => html`<option key=${state} value=${state}>${t(`state.${state}`)}</option>`)}</select></label>
      <label>${t('user')} <input name="userId" maxlength="64" size="12" /></label>
      <label>${t('productId')} <input name="productId" maxlength="64" size="10" /></label>
      <button class="primary">${t('find')}</button>
    </form>
    <${Pages} pages=${orders} empty=${t('noOrdersSo')} caption=${t('allOrders')} heads=${[t('when'), t('state'), t('user'), t('what'), t('total'), t('order')]}
      keyOf=${(/** @type {any} */ item) => item.orderId}
      row=${(/** @type {any} */ item) => [time(item.createdAt), html`<${Badge} value=${item.status} />`, item.userId, linesOf(item), won(item.totalAmount),
        html`<a href=${linkTo('steps', item.userId, item.orderId)}>${item.orderId}</a>`]} />`;
}

/** @param {FormData} form */
function queryOf(form) {
  const query = new URLSearchParams();
  for (const [name, value] of form) {
    const text = String(value).trim();
    if (text) query.set(name, name === 'from' || name === 'to' ? new Date(text).toISOString() : text);
  }
  return query.toString();
}
