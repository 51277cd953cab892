// Lines over time. The library is fetched when a chart is first drawn; colours are those of the page.
import { html, useEffect, useRef } from './html.js';

/**
 * @param {{ label: string, series: { label: string, color: string }[], data: number[][] }} props `data`: the times in seconds, and a row a series
 */
export function Chart({ label, series, data }) {
  const box = useRef(/** @type {HTMLElement | null} */ (null));
  const chart = useRef(/** @type {any} */ (null));
  const latest = useRef(data);
  latest.current = data;
  useEffect(() => {
    let isGone = false;
    import('../vendor/uplot.js').then(({ default: UPlot }) => {
      if (isGone || !box.current) return;
      chart.current = new UPlot(optionsFor(box.current, series), /** @type {any} */ (latest.current), box.current);
      // A canvas says nothing to a screen reader; the label and the numbers beside it do.
      box.current.querySelector('canvas')?.setAttribute('aria-hidden', 'true');
    });
    const observer = new ResizeObserver(([entry]) => chart.current?.setSize({ width: Math.floor(entry.contentRect.width), height: 180 }));
    if (box.current) observer.observe(box.current);
    return () => {
      isGone = true;
      observer.disconnect();
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(data), [data]);
  return html`<div class="chart" ref=${box} role="img" aria-label=${label}></div>
    <div class="legend" aria-hidden="true">${series.map(one => html`<span key=${one.label} style=${{ color: colorOf(one.color) }}>● ${one.label}</span>`)}</div>`;
}

/** @param {HTMLElement} box @param {{ label: string, color: string }[]} series */
function optionsFor(box, series) {
  const axis = { stroke: colorOf('--soft'), grid: { stroke: colorOf('--line'), width: 1 } };
  return {
    width: box.clientWidth,
    height: 180,
    legend: { show: false },
    cursor: { show: false },
    scales: { y: { range: /** @returns {[number, number]} */ (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ max) => [0, Math.max(5, max * 1.1)] } },
    axes: [axis, { ...axis, size: 44 }],
    series: [{}, ...series.map(one => ({ label: one.label, stroke: colorOf(one.color), width: 2, points: { show: false } }))],
  };
}

/** @param {string} name */
const colorOf = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
