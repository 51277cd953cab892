import { html, useRef } from '../app/html.js';
import { read } from '../app/api.js';
import { Chart } from '../app/chart.js';
import { count, has, t } from '../app/language.js';
import { Reading } from '../app/parts.js';
import { useRead } from '../app/store.js';

const pollMs = 1_000;

/** Orders a second, refusals by reason and latency, each of the instance that has answered last: it is named. */
export function Metrics() {
  const instances = useRef(/** @type {Set<string>} */ (new Set()));
  const metrics = useRead(signal => read('/ops/metrics', signal), [], pollMs);
  if (metrics.data) instances.current.add(metrics.data.instance);
  return html`
    <section class="panel wide" aria-labelledby="metrics"><h2 id="metrics">${t('ordersPerSecond')}</h2>
      <${Reading} of=${metrics}>${(/** @type {import('../app/api.js').Api['Metrics']} */ now) => html`
        <${Chart} label=${t('chartLabel', sumOf(now))} data=${rowsOf(now)}
          series=${[{ label: t('state.paid'), color: '--good' }, { label: t('state.rejected'), color: '--bad' }]} />
        <dl class="facts">
          <dt>${t('lastTwoMinutes')}</dt><dd>${t('paidAndRefused', sumOf(now))}</dd>
          <dt>${t('latency')}</dt><dd>${now.latency ? t('latencyIs', now.latency) : '—'}</dd>
          <dt>${t('refusals')}</dt><dd>${now.refusals.length === 0 ? '—' : now.refusals.map(one => `${nameOf(one.code)}: ${count(one.count)}`).join(', ')}</dd>
          <dt>${t('instance')}</dt><dd>${now.instance} ${instances.current.size > 1 && t('ofInstances', { seen: instances.current.size })}</dd>
        </dl>`}
      <//>
    </section>`;
}

/** @param {string} code */
const nameOf = code => has(`refusal.${code}`) ? t(`refusal.${code}`) : code;

/** @param {import('../app/api.js').Api['Metrics']} metrics */
const sumOf = metrics => ({
  paid: metrics.seconds.reduce((sum, one) => sum + one.paid, 0),
  refused: metrics.seconds.reduce((sum, one) => sum + one.refused, 0),
});

/** A value for every second of the window: those without orders are not told. @param {import('../app/api.js').Api['Metrics']} metrics */
function rowsOf(metrics) {
  const end = Math.floor(Date.parse(metrics.asOf) / 1000);
  const bySecond = new Map(metrics.seconds.map(one => [Math.floor(Date.parse(one.at) / 1000), one]));
  const times = Array.from({ length: metrics.windowSeconds }, (_, i) => end - metrics.windowSeconds + i);
  return [times, times.map(at => bySecond.get(at)?.paid ?? 0), times.map(at => bySecond.get(at)?.refused ?? 0)];
}
