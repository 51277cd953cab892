// What views are made of.
import { html, useEffect, useMemo, useRef } from './html.js';
import { has, t } from './language.js';
import { createStore, useStore } from './store.js';
import { session, signIn } from './session.js';

/** What is said to everybody, screen readers included. */
const notice = createStore(/** @type {{ text: string, kind: string } | null} */ (null));

/** @param {string} text @param {'done' | 'problem'} [kind] */
export const say = (text, kind = 'done') => notice.set({ text, kind });
export const sayProblem = (/** @type {any} */ problem) => say(textOf(problem), 'problem');
export const hush = () => notice.set(null);

export function Notice() {
  const said = useStore(notice);
  return html`
    <div class="notice" role="status" aria-live="polite">
      ${said && html`<p class=${said.kind}>${said.text} <button class="quiet" onClick=${hush} aria-label=${t('close')}>×</button></p>`}
    </div>`;
}

/** A refusal in the reader's language, with its numbers; what has no text of ours is told in the API's words. @param {any} problem */
export function textOf(problem) {
  const key = `problem.${problem?.slug ?? 'internal-error'}`;
  if (!has(key)) return problem?.detail ?? problem?.title ?? String(problem?.message ?? problem);
  return t(key, { ...problem, detail: problem.detail ?? '', retryAfter: problem.retryAfter ?? 1 });
}

/** @param {{ problem: any, retry?: () => void }} props */
export const ProblemNote = ({ problem, retry }) => html`
  <div class="problem" role="alert">
    <p>${textOf(problem)}</p>
    ${retry && html`<button onClick=${retry}>${t('retry')}</button>`}
  </div>`;

/** A read that may be under way, failed, empty or there. @param {any} props */
export function Reading({ of, empty, isEmpty, children, rows = 4 }) {
  if (of.data === undefined && of.error) return html`<${ProblemNote} problem=${of.error} retry=${of.reload} />`;
  if (of.data === undefined) return html`<${Skeleton} rows=${rows} />`;
  return html`
    ${of.error && html`<${ProblemNote} problem=${of.error} retry=${of.reload} />`}
    ${isEmpty?.(of.data) ? html`<p class="empty">${empty}</p>` : children(of.data)}`;
}

/** @param {{ rows?: number }} props */
export const Skeleton = ({ rows = 4 }) => html`
  <div class="skeleton" role="status"><span class="unseen">${t('loading')}</span>
    ${Array.from({ length: rows }, (_, i) => html`<div key=${i}></div>`)}
  </div>`;

/** The head of a view; it gets the focus when the view changes, so that a screen reader tells it. @param {any} props */
export function Title({ text, children }) {
  const head = useRef(/** @type {HTMLElement | null} */ (null));
  useEffect(() => {
    document.title = `${text} · Commerce`;
    head.current?.focus({ preventScroll: true });
  }, [text]);
  return html`<div class="title"><h1 tabindex="-1" ref=${head}>${text}</h1>${children}</div>`;
}

/** @param {{ value: string }} props */
export const Badge = ({ value }) => html`<span class=${`badge ${value}`}>${t(`state.${value}`)}</span>`;

/** Shows its content to who is signed in, and to others how to be. @param {any} props */
export function SignedIn({ asOperator = false, scope, children }) {
  const who = useStore(session);
  if (who && (!scope || who.scopes.includes(scope))) return children(who);
  return html`
    <div class="empty">
      <p>${t(who ? 'scopeMissing' : asOperator ? 'signInOperatorFirst' : 'signInFirst', { scope })}</p>
      <button class="primary" onClick=${() => signIn(asOperator).catch(sayProblem)}>${t(asOperator ? 'signInOperator' : 'signIn')}</button>
    </div>`;
}

/** A table that becomes cards where it is narrow. @param {{ caption: string, heads: string[], rows: any[][], keys?: string[] }} props */
export const Table = ({ caption, heads, rows, keys }) => html`
  <${TableFrame} caption=${caption} heads=${heads}><tbody>${rowsOf(heads, rows, keys)}</tbody><//>`;

/**
 * The same for a list that arrives in parts. A part is drawn once: a list of 10,000 rows gets its next fifty at the price of fifty.
 * @param {{ caption: string, heads: string[], parts: any[][], row: (item: any) => any[], keyOf: (item: any) => string }} props
 */
export const TableOfParts = ({ caption, heads, parts, row, keyOf }) => html`
  <${TableFrame} caption=${caption} heads=${heads}>
    ${parts.map((items, i) => html`<${TablePart} key=${i} items=${items} heads=${heads} row=${row} keyOf=${keyOf} />`)}
  <//>`;

/** The heads stand for the language, so that the part is drawn anew when it changes. @param {any} props */
const TablePart = ({ items, heads, row, keyOf }) =>
  useMemo(() => html`<tbody>${rowsOf(heads, items.map(row), items.map(keyOf))}</tbody>`, [items, ...heads]);

/** @param {string[]} heads @param {any[][]} rows @param {string[]} [keys] */
const rowsOf = (heads, rows, keys) => rows.map((row, i) => html`
  <tr key=${keys?.[i] ?? i}>${row.map((cell, j) => html`<td key=${j} data-head=${heads[j]}>${cell}</td>`)}</tr>`);

/** @param {any} props */
const TableFrame = ({ caption, heads, children }) => html`
  <div class="table" role="group" aria-label=${caption} tabindex="0">
    <table><caption class="unseen">${caption}</caption>
      <thead><tr>${heads.map((/** @type {string} */ head) => html`<th key=${head} scope="col">${head}</th>`)}</tr></thead>
      ${children}
    </table>
  </div>`;
