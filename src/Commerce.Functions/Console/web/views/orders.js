import { html } from '../app/html.js';
import { pathOf } from '../app/api.js';
import { t, time, won } from '../app/language.js';
import { Pages, usePages } from '../app/pages.js';
import { Badge, SignedIn, Title } from '../app/parts.js';
import { linkTo } from '../app/store.js';

export const View = () => html`
  <${Title} text=${t('orders')} />
  <${SignedIn}>${(/** @type {any} */ who) => html`<${Orders} userId=${who.userId} />`}<//>`;

/** @param {{ userId: string }} props */
function Orders({ userId }) {
  const orders = usePages(pathOf('users', userId, 'orders'));
  return html`
    <${Pages} pages=${orders} empty=${t('noOrders')} caption=${t('orders')} heads=${[t('when'), t('state'), t('what'), t('total'), t('order')]}
      keyOf=${(/** @type {any} */ item) => item.orderId}
      row=${(/** @type {any} */ item) => [time(item.createdAt), html`<${Badge} value=${item.status} />`, linesOf(item), won(item.totalAmount),
        html`<a href=${linkTo('order', item.orderId)}>${item.orderId}</a>`]} />`;
}

/** @param {import('../app/api.js').Api['Order']} order */
export const linesOf = order => order.lines.length === 1
  ? `${order.lines[0].quantity} × ${order.lines[0].name}`
  : t('andMore', { first: `${order.lines[0].quantity} × ${order.lines[0].name}`, more: order.lines.length - 1 });
