import { html, useEffect, useState } from '../app/html.js';
import { pathOf, read } from '../app/api.js';
import { carryOn, carryOut } from '../app/intent.js';
import { t, time, won } from '../app/language.js';
import { Badge, ProblemNote, Reading, SignedIn, Table, Title, say, textOf } from '../app/parts.js';
import { linkTo, useRead } from '../app/store.js';

const pendingMs = 1_000;

/** @param {{ route: any }} props */
export const View = ({ route }) => html`
  <p><a href="#/orders">${t('backToOrders')}</a></p>
  <${SignedIn}>${(/** @type {any} */ who) => html`<${Order} userId=${who.userId} orderId=${route.parts[1] ?? ''} />`}<//>`;

/** @param {{ userId: string, orderId: string }} props */
function Order({ userId, orderId }) {
  const [isPending, setPending] = useState(false);
  const path = pathOf('users', userId, 'orders', orderId);
  const order = useRead(signal => read(path, signal), [path], isPending ? pendingMs : undefined);
  useEffect(() => setPending(order.data?.status === 'pending'), [order.data]);
  return html`
    <${Title} text=${t('orderNumber', { orderId })} />
    <${Reading} of=${order}>${(/** @type {import('../app/api.js').Api['Order']} */ found) => html`
      <dl class="facts">
        <dt>${t('state')}</dt><dd><${Badge} value=${found.status} /></dd>
        <dt>${t('placedAt')}</dt><dd>${time(found.createdAt)}</dd>
        ${found.paidAt && html`<dt>${t('paidAt')}</dt><dd>${time(found.paidAt)}</dd>`}
        ${found.cancelledAt && html`<dt>${t('cancelledAt')}</dt><dd>${time(found.cancelledAt)}</dd>`}
        <dt>${t('total')}</dt><dd>${won(found.totalAmount)}</dd>
      </dl>
      ${found.rejection && html`<div class="problem"><p>${textOf({ ...found.rejection, slug: found.rejection.code })}</p></div>`}
      <${Lines} order=${found} />
      ${found.status === 'paid' && html`<${Cancel} path=${path} orderId=${orderId} reload=${order.reload} />`}`}
    <//>`;
}

/** @param {{ order: import('../app/api.js').Api['Order'] }} props */
export const Lines = ({ order }) => html`
  <${Table} caption=${t('lines')} heads=${[t('product'), t('price'), t('quantity'), t('amount')]} keys=${order.lines.map(line => line.productId)}
    rows=${order.lines.map(line => [html`<a href=${linkTo('product', line.productId)}>${line.name}</a>`, won(line.unitPrice), line.quantity, won(line.amount)])} />`;

/** @param {{ path: string, orderId: string, reload: () => Promise<void> }} props */
function Cancel({ path, orderId, reload }) {
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const settle = async (/** @type {Promise<any>} */ work) => {
    setBusy(true);
    try {
      await work;
      say(t('cancelled'));
    } catch (refused) {
      setProblem(refused);
    }
    setBusy(false);
    await reload();
  };
  useEffect(() => {
    const left = carryOn(`cancel:${orderId}`);
    if (left) settle(left);
  }, [orderId]);
  const cancel = () => settle(carryOut(`cancel:${orderId}`, 'POST', `${path}/cancellation`));
  return html`
    ${problem && html`<${ProblemNote} problem=${problem} />`}
    <div class="bar">${asks
      ? html`<span>${t('cancelSure')}</span><button class="primary" disabled=${busy} onClick=${cancel}>${t('cancelYes')}</button>
          <button disabled=${busy} onClick=${() => setAsks(false)}>${t('cancelNo')}</button>`
      : html`<button onClick=${() => setAsks(true)}>${t('cancelOrder')}</button>`}</div>`;
}
