// Lists that the API hands out by cursor: page after page under one another, a bounded number of rows at a time.
import { html, useEffect, useRef, useState } from './html.js';
import { read } from './api.js';
import { t } from './language.js';
import { ProblemNote, Skeleton, TableOfParts } from './parts.js';

const pageSize = 50;

/**
 * @param {string} path with its query, without `limit` and `cursor`
 * @returns {{ parts: any[][] | undefined, next: string | undefined, error: any, busy: boolean, more: () => void, anew: () => void }}
 */
export function usePages(path) {
  const [state, setState] = useState(/** @type {any} */ ({ of: path, busy: true }));
  const latest = useRef(0);
  const load = async (/** @type {any[][]} */ before, /** @type {string | undefined} */ cursor) => {
    const turn = ++latest.current;
    setState((/** @type {any} */ old) => ({ ...old, busy: true, error: undefined }));
    try {
      const address = `${path}${path.includes('?') ? '&' : '?'}limit=${pageSize}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`;
      const page = await read(address);
      if (turn === latest.current) setState({ of: path, parts: [...before, page.items], next: page.nextCursor, busy: false });
    } catch (error) {
      if (turn === latest.current) setState((/** @type {any} */ old) => ({ ...old, of: path, busy: false, error }));
    }
  };
  useEffect(() => { load([], undefined); }, [path]);
  const isCurrent = state.of === path;
  return {
    parts: isCurrent ? state.parts : undefined,
    next: isCurrent ? state.next : undefined,
    error: isCurrent ? state.error : undefined,
    busy: !isCurrent || state.busy,
    more: () => { load(state.parts ?? [], state.next); },
    anew: () => { load([], undefined); },
  };
}

/**
 * A list as a table with a button for its next part.
 * @param {{ pages: ReturnType<typeof usePages>, empty: string, caption: string, heads: string[],
 *   row: (item: any) => any[], keyOf: (item: any) => string }} props
 */
export function Pages({ pages, empty, ...table }) {
  if (pages.parts === undefined)
    return pages.error ? html`<${ProblemNote} problem=${pages.error} retry=${pages.anew} />` : html`<${Skeleton} rows=${6} />`;
  const isEmpty = pages.parts.every(items => items.length === 0);
  return html`
    ${isEmpty ? html`<p class="empty">${pages.next ? t('nothingYet') : empty}</p>` : html`<${TableOfParts} parts=${pages.parts} ...${table} />`}
    ${pages.error && html`<${ProblemNote} problem=${pages.error} retry=${pages.more} />`}
    ${pages.next && html`<p class="more"><button disabled=${pages.busy} onClick=${pages.more}>${t('more')}</button></p>`}`;
}
