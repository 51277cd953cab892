import { html, useState } from '../app/html.js';
import { call, read } from '../app/api.js';
import { count, t, time } from '../app/language.js';
import { Badge, Reading, sayProblem } from '../app/parts.js';
import { may } from '../app/session.js';
import { useRead } from '../app/store.js';

const pollMs = 2_000;

/** The way to the data platform, and the orders that an operator gives about it. */
export function Platform() {
  const status = useRead(signal => read('/ops/deliveries/status', signal), [], pollMs);
  const [busy, setBusy] = useState(false);
  const order = async (/** @type {string} */ what) => {
    setBusy(true);
    await call('POST', `/ops/deliveries/${what}`).catch(sayProblem);
    await status.reload();
    setBusy(false);
  };
  return html`
    <section class="panel" aria-labelledby="platform"><h2 id="platform">${t('platform')}</h2>
      <${Reading} of=${status}>${(/** @type {import('../app/api.js').Api['DeliveryStatus']} */ now) => html`
        <p><${Badge} value=${now.paused ? 'paused' : now.breaker} /></p>
        <dl class="facts">
          <dt>${t('backlog')}</dt><dd id="backlog">${count(now.waiting)}</dd>
          <dt>${t('parked')}</dt><dd>${count(now.parked)}</dd>
          ${now.openBreakers.length > 0 && html`<dt>${t('openSince')}</dt><dd>${time(now.openBreakers[0].openSince)}: ${now.openBreakers[0].detail}</dd>`}
        </dl>
        ${may('delivery.operate') && html`<div class="bar">
          ${now.paused
            ? html`<button disabled=${busy} onClick=${() => order('resume')}>${t('resume')}</button>`
            : html`<button disabled=${busy} onClick=${() => order('pause')}>${t('pause')}</button>`}
          <button disabled=${busy || now.parked === 0} onClick=${() => order('redelivery')}>${t('redeliverParked')}</button>
          <a href="#/events">${t('events')}</a>
        </div>`}`}
      <//>
    </section>`;
}
