import { html, useState } from '../app/html.js';
import { call } from '../app/api.js';
import { readAll, readAnew, shelves } from '../app/catalog.js';
import { parseCatalog } from '../app/csv.js';
import { t, won } from '../app/language.js';
import { ProblemNote, SignedIn, Table, Title, say } from '../app/parts.js';

const shownMax = 200;

export const View = () => html`
  <${Title} text=${t('import')} />
  <${SignedIn} asOperator=${true} scope="catalog.write">${() => html`<${Import} />`}<//>`;

function Import() {
  const [plan, setPlan] = useState(/** @type {any} */ (null));
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);
  const choose = async (/** @type {any} */ event) => {
    setPlan(null);
    setProblem(null);
    const file = event.target.files[0];
    if (!file) return;
    setBusy(true);
    try {
      const csv = await file.text();
      const rows = parseCatalog(csv);
      if (!rows) throw { slug: 'csv-columns' };
      setPlan({ csv, ...(await preview(rows)) });
    } catch (failed) {
      setProblem(failed);
    }
    setBusy(false);
  };
  const run = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const done = await call('POST', '/ops/products/import', { csv: plan.csv });
      say(t('imported', done));
      setPlan(null);
      await readAnew();
    } catch (refused) {
      setProblem(refused);
    }
    setBusy(false);
  };
  return html`
    <p class="hint">${t('importHint')}</p>
    <div class="bar"><label>${t('file')} <input type="file" accept=".csv,text/csv" disabled=${busy} onChange=${choose} /></label></div>
    ${problem && html`<${ProblemNote} problem=${problem} />`}
    ${plan && html`
      <p>${t('wouldChange', plan)}</p>
      <div class="bar"><button class="primary" disabled=${busy} onClick=${run}>${t('importNow')}</button></div>
      ${plan.changes.length > 0 && html`<${Table} caption=${t('preview')} heads=${[t('productId'), t('what'), t('before'), t('after')]}
        rows=${plan.changes.slice(0, shownMax).map((/** @type {any} */ one) => [one.productId, t(one.before ? 'changes' : 'isNew'), one.before ? shown(one.before) : '', shown(one.row)])} />`}
      ${plan.changes.length > shownMax && html`<p class="hint">${t('andMoreRows', { more: plan.changes.length - shownMax })}</p>`}`}`;
}

/**
 * What an import would do to the shelves as they are: new products, other names and prices. Stock stays.
 * @param {import('../app/csv.js').CatalogRow[]} rows
 * @throws {import('../app/api.js').Problem} when the shelves could not be read to their end
 */
async function preview(rows) {
  await readAnew();
  await readAll(() => true);
  // Beside half the shelves, half of the rows would seem to be new.
  if (shelves.get().error) throw shelves.get().error;
  const known = new Map(shelves.get().items.map(item => [item.productId, item]));
  const changes = rows.map(row => ({ productId: row.productId, row, before: known.get(row.productId) }))
    .filter(({ row, before }) => !before || before.name !== row.name || before.price !== Number(row.price));
  const added = changes.filter(one => !one.before).length;
  return { changes, added, changed: changes.length - added, unchanged: rows.length - changes.length };
}

/** @param {{ name: string, price: number | string }} one */
const shown = one => `${one.name}, ${won(Number(one.price))}`;
