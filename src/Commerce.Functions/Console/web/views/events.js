import { html, useState } from '../app/html.js';
import { t, time } from '../app/language.js';
import { Pages, usePages } from '../app/pages.js';
import { SignedIn, Title } from '../app/parts.js';
import { linkTo } from '../app/store.js';
import { Platform } from './platform.js';

const states = ['delivered', 'waiting', 'parked'];

export const View = () => html`
  <${Title} text=${t('events')} />
  <${SignedIn} asOperator=${true} scope="delivery.read">${() => html`<${Platform} /><${Events} />`}<//>`;

function Events() {
  const [state, setState] = useState(states[0]);
  const events = usePages(`/ops/deliveries?state=${state}`);
  return html`
    <div class="bar">
      <label>${t('state')} <select value=${state} onChange=${(/** @type {any} */ event) => setState(event.target.value)}>
        ${states.map(one => html`<option key=${one} value=${one}>${t(`state.${one}`)}</option>`)}</select></label>
      <button onClick=${events.anew} disabled=${events.busy}>${t('readAgain')}</button>
    </div>
    <${Pages} pages=${events} empty=${t('noEvents')} caption=${t('events')} heads=${[t('when'), t('what'), t('attempts'), t('reason'), t('event')]}
      keyOf=${(/** @type {any} */ item) => item.eventId}
      row=${(/** @type {any} */ item) => [time(item.occurredAt), t(`event.${item.eventType}`), item.attemptCount, item.reason ?? '',
        html`<a href=${linkTo('event', item.eventId)}>${item.eventId}</a>`]} />`;
}
