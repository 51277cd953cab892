import { html } from '../app/html.js';
import { pathOf, read } from '../app/api.js';
import { count, preciseTime, t, time, won } from '../app/language.js';
import { Badge, Reading, SignedIn, Title, textOf } from '../app/parts.js';
import { linkTo, useRead } from '../app/store.js';
import { Lines } from './order.js';

const pollMs = 3_000;
const against = ['stock-refused', 'stock-closed', 'event-failed'];

/** @param {{ route: any }} props */
export const View = ({ route }) => html`
  <p><a href="#/search">${t('allOrders')}</a></p>
  <${SignedIn} asOperator=${true} scope="orders.read">${() => html`<${Steps} userId=${route.parts[1] ?? ''} orderId=${route.parts[2] ?? ''} />`}<//>`;

/** What an order wrote, first to last. @param {{ userId: string, orderId: string }} props */
function Steps({ userId, orderId }) {
  const steps = useRead(signal => read(`/ops/orders${pathOf(userId, orderId)}/steps`, signal), [userId, orderId], pollMs);
  return html`
    <${Title} text=${t('orderNumber', { orderId })} />
    <${Reading} of=${steps}>${(/** @type {import('../app/api.js').Api['OrderSteps']} */ found) => html`
      <dl class="facts">
        <dt>${t('user')}</dt><dd>${found.order.userId}</dd>
        <dt>${t('state')}</dt><dd><${Badge} value=${found.order.status} /></dd>
        <dt>${t('placedAt')}</dt><dd>${time(found.order.createdAt)}</dd>
        <dt>${t('total')}</dt><dd>${won(found.order.totalAmount)}</dd>
      </dl>
      ${found.order.rejection && html`<div class="problem"><p>${textOf({ ...found.order.rejection, slug: found.order.rejection.code })}</p></div>`}
      <h2>${t('steps')}</h2>
      <ol class="steps">${found.items.map((step, i) => html`
        <li key=${i} class=${against.includes(step.step) ? 'against' : ''}>
          <strong>${t(`step.${step.step}`)}</strong> <time datetime=${step.at}>${preciseTime(step.at)}</time>
          ${said(step)}<br /><code>${step.document}</code>
        </li>`)}</ol>
      ${found.order.paidAt && html`<p><a href=${linkTo('event', `${orderId}.paid`)}>${t('eventSent')}</a></p>`}
      <h2>${t('lines')}</h2>
      <${Lines} order=${found.order} />`}
    <//>`;
}

/** The numbers that a step wrote. @param {import('../app/api.js').Api['OrderStep']} step */
function said(step) {
  if (step.detail) return ` · ${step.detail}`;
  if (step.productId) return ` · ${step.productId}: ${signed(step.amount ?? 0)} → ${count(step.after ?? 0)}`;
  return step.after === undefined ? ` · ${won(step.amount)}` : ` · ${won(step.amount)} → ${won(step.after)}`;
}

/** @param {number} pieces */
const signed = pieces => pieces > 0 ? `+${count(pieces)}` : count(pieces).replace('-', '−');
