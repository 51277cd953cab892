import { html, useState } from '../app/html.js';
import { call, pathOf, read } from '../app/api.js';
import { count, t, time } from '../app/language.js';
import { Badge, Reading, SignedIn, Table, Title, say, sayProblem } from '../app/parts.js';
import { may } from '../app/session.js';
import { linkTo, useRead } from '../app/store.js';

const pollMs = 2_000;

/** @param {{ route: any }} props */
export const View = ({ route }) => html`
  <p><a href="#/events">${t('events')}</a></p>
  <${SignedIn} asOperator=${true} scope="delivery.read">${() => html`<${Event} eventId=${route.parts[1] ?? ''} />`}<//>`;

/** @param {{ eventId: string }} props */
function Event({ eventId }) {
  const path = pathOf('ops', 'deliveries', eventId);
  const event = useRead(signal => read(path, signal), [path], pollMs);
  const payload = useRead(signal => read(`${path}/event`, signal), [path]);
  const [busy, setBusy] = useState(false);
  const redeliver = async () => {
    setBusy(true);
    await call('POST', `${path}/redelivery`).then(() => say(t('willBeSent')), sayProblem);
    await event.reload();
    setBusy(false);
  };
  return html`
    <${Title} text=${eventId} />
    <${Reading} of=${event}>${(/** @type {import('../app/api.js').Api['DeliveryDetail']} */ { delivery, attempts }) => html`
      <dl class="facts">
        <dt>${t('state')}</dt><dd><${Badge} value=${delivery.state} /></dd>
        <dt>${t('order')}</dt><dd><a href=${linkTo('steps', delivery.userId, delivery.orderId)}>${delivery.orderId}</a></dd>
        <dt>${t('when')}</dt><dd>${time(delivery.occurredAt)}</dd>
        ${delivery.dueAt && html`<dt>${t('dueAt')}</dt><dd>${time(delivery.dueAt)}</dd>`}
      </dl>
      ${may('delivery.operate') && html`<button disabled=${busy} onClick=${redeliver}>${t('redeliver')}</button>`}
      <h2>${t('attempts')}</h2>
      ${attempts.length === 0 ? html`<p class="empty">${t('noAttempts')}</p>` : html`
        <${Table} caption=${t('attempts')} heads=${[t('when'), t('what'), t('took'), t('said')]}
          rows=${attempts.map((/** @type {any} */ one) => [time(one.at), t(`verdict.${one.verdict}`), t('milliseconds', { ms: count(one.durationMs) }), one.detail])} />`}`}
    <//>
    <h2>${t('payload')}</h2>
    <${Reading} of=${payload}>${(/** @type {any} */ found) => html`<pre tabindex="0" role="group" aria-label=${t('payload')}>${JSON.stringify(found, null, 2)}</pre>`}<//>`;
}
