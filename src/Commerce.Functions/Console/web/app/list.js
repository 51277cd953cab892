// A list of any length that draws only the rows that are seen.
import { html, useEffect, useRef, useState } from './html.js';

const spareRows = 6;

/**
 * @param {{ label: string, count: number, total?: number, rowHeight: number, row: (index: number) => any,
 *   onNearEnd?: () => void, onSeen?: (first: number, end: number) => void }} props
 */
export function LongList({ label, count, total, rowHeight, row, onNearEnd, onSeen }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const [view, setView] = useState({ top: 0, height: 800 });
  const measure = () => box.current && setView({ top: box.current.scrollTop, height: box.current.clientHeight });
  useEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const first = Math.max(0, Math.floor(view.top / rowHeight) - spareRows);
  const end = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + spareRows);
  useEffect(() => { if (end >= count - spareRows) onNearEnd?.(); }, [end, count]);
  useEffect(() => { onSeen?.(first, end); }, [first, end, count]);
  const rows = [];
  for (let i = first; i < end; i++) rows.push(row(i));
  return html`
    <div class="long-list" ref=${box} onScroll=${measure} tabindex="0" role="region" aria-label=${label}>
      <ul style=${{ paddingTop: `${first * rowHeight}px`, paddingBottom: `${(count - end) * rowHeight}px` }}
        data-total=${total ?? count}>${rows}</ul>
    </div>`;
}
