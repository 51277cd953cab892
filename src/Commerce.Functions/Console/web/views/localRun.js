import { html, useState } from '../app/html.js';
import { read } from '../app/api.js';
import { behave, platformState, rush } from '../app/local.js';
import { count, t } from '../app/language.js';
import { sayProblem } from '../app/parts.js';
import { useRead } from '../app/store.js';

const pollMs = 2_000;
const customers = 200;

/** Switches that only a local run has; elsewhere nothing of this is shown. */
export function LocalRun() {
  const platform = useRead(platformState, [], pollMs);
  const [progress, setProgress] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const now = platform.data;
  if (!now) return null;
  const set = async (/** @type {Record<string, unknown>} */ behaviour) => {
    await behave(behaviour).catch(sayProblem);
    await platform.reload();
  };
  const start = async () => {
    setBusy(true);
    try {
      const page = await read('/products?limit=100');
      const product = page.items.filter((/** @type {any} */ item) => item.stock > 0).sort((/** @type {any} */ one, /** @type {any} */ other) => one.stock - other.stock)
        .find((/** @type {any} */ item) => item.stock >= customers / 4) ?? page.items[0];
      if (!product) throw { slug: 'nothing-for-sale', detail: t('shelvesEmpty') };
      setProgress({ paid: 0, refused: 0, failed: 0, product });
      await rush(customers, product, done => setProgress({ ...done, product }));
    } catch (problem) {
      sayProblem(problem);
    }
    setBusy(false);
  };
  const isHanging = now.behaviour.hang;
  const isFailing = now.behaviour.failStatus === 503;
  return html`
    <section class="panel wide" aria-labelledby="localRun"><h2 id="localRun">${t('localRun')}</h2>
      <p>${t('mockHas', { accepted: now.accepted, failed: now.failed })}</p>
      <div class="bar">
        <label><input type="checkbox" checked=${isHanging} onChange=${() => set(isHanging ? {} : { hang: true })} /> ${t('letHang')}</label>
        <label><input type="checkbox" checked=${isFailing} onChange=${() => set(isFailing ? {} : { failStatus: 503 })} /> ${t('letFail')}</label>
      </div>
      <div class="bar">
        <button class="primary" disabled=${busy} onClick=${start}>${t('rush', { customers })}</button>
        <span aria-live="polite" id="rush">${progress && t('rushProgress', { ...progress, name: progress.product?.name, stock: count(progress.product?.stock ?? 0) })}</span>
      </div>
    </section>`;
}
