// The first page of an operator: does it hold, how fast is it, what is refused, what runs out, and does the data platform listen.
import { html, useEffect, useState } from '../app/html.js';
import { call, pathOf, read } from '../app/api.js';
import { count, t, time } from '../app/language.js';
import { Badge, ProblemNote, Reading, SignedIn, Table, Title } from '../app/parts.js';
import { linkTo, useRead } from '../app/store.js';
import { LocalRun } from './localRun.js';
import { Metrics } from './metrics.js';
import { Platform } from './platform.js';

const topMs = 5_000;

export const View = () => html`
  <${Title} text=${t('overview')} />
  <${SignedIn} asOperator=${true} scope="audit.read">${() => html`
    <div class="panels">
      <${Audit} />
      <${Platform} />
      <${Metrics} />
      <${SellingOut} />
      <${LocalRun} />
    </div>`}
  <//>`;

function Audit() {
  const [state, setState] = useState(/** @type {{ audit?: import('../app/api.js').Api['Audit'], tookMs?: number, error?: any, busy?: boolean }} */ ({}));
  const check = async () => {
    setState(old => ({ ...old, busy: true }));
    const started = performance.now();
    try {
      const audit = await read('/ops/audit');
      setState({ audit, tookMs: Math.round(performance.now() - started) });
    } catch (error) {
      setState({ error });
    }
  };
  useEffect(() => { check(); }, []);
  const { audit } = state;
  return html`
    <section class="panel" aria-labelledby="audit"><h2 id="audit">${t('audit')}</h2>
      ${state.error && html`<${ProblemNote} problem=${state.error} />`}
      <p>${audit ? html`<${Badge} value=${audit.ok ? 'holds' : 'differs'} />` : t('auditRuns')}</p>
      ${audit && html`<dl class="facts">
        <dt>${t('checkedAt')}</dt><dd>${time(audit.checkedAt)}</dd>
        <dt>${t('took')}</dt><dd>${t('milliseconds', { ms: state.tookMs })}</dd>
        <dt>${t('checked')}</dt><dd>${t('checkedWhat', audit)}</dd>
      </dl>`}
      ${audit && audit.differences.length > 0 && html`<${Table} caption=${t('differences')} heads=${[t('what'), 'id', t('expected'), t('actual')]}
        rows=${audit.differences.map(one => [one.kind, one.id, count(one.expected), count(one.actual)])} />`}
      <button disabled=${state.busy} onClick=${check}>${t('checkNow')}</button>
    </section>`;
}

/** How long the stock of what sells best will last if it goes on selling as it has. */
function SellingOut() {
  const soon = useRead(async signal => {
    const top = await read('/products/top?limit=20', signal);
    const hours = (Date.parse(top.windowEnd) - Date.parse(top.windowStart)) / 3_600_000;
    const products = await Promise.all(top.items.map((/** @type {any} */ item) => call('GET', pathOf('products', item.productId), { signal })));
    return top.items.map((/** @type {any} */ item, /** @type {number} */ i) => ({ ...item, stock: products[i].stock, hoursLeft: products[i].stock / item.quantity * hours }))
      .sort((/** @type {any} */ one, /** @type {any} */ other) => one.hoursLeft - other.hoursLeft);
  }, [], topMs);
  return html`
    <section class="panel wide" aria-labelledby="sellingOut"><h2 id="sellingOut">${t('sellingOut')}</h2>
      <${Reading} of=${soon} empty=${t('nothingSold')} isEmpty=${(/** @type {any[]} */ items) => items.length === 0}>${(/** @type {any[]} */ items) => html`
        <${Table} caption=${t('sellingOut')} heads=${[t('rank'), t('product'), t('soldInWindow'), t('stockNow'), t('lasts')]} keys=${items.map(item => item.productId)}
          rows=${items.map(item => [item.rank, html`<a href=${linkTo('stock', item.productId)}>${item.name}</a>`, count(item.quantity), count(item.stock),
            item.stock === 0 ? t('soldOut') : t('hours', { hours: Math.round(item.hoursLeft) })])} />`}
      <//>
    </section>`;
}
