import { useCallback, useEffect, useLayoutEffect, useRef, useState } from './html.js';

/** An answer that has not come by then does not come any more. */
const answerMsMax = 30_000;

/**
 * A value that views are drawn from; they are drawn again when it is set.
 * @template T
 * @param {T} initial
 */
export function createStore(initial) {
  let value = initial;
  /** @type {Set<() => void>} */
  const watchers = new Set();
  return {
    get: () => value,
    /** @param {T} next */
    set(next) {
      value = next;
      for (const watcher of [...watchers]) watcher();
    },
    /** @param {() => void} watcher */
    watch(watcher) {
      watchers.add(watcher);
      return () => { watchers.delete(watcher); };
    },
  };
}

/**
 * Watches before the browser gets a turn: an effect that waits for the frame would miss what is set between the drawing and it.
 * @template T
 * @param {{ get: () => T, watch: (watcher: () => void) => () => void }} store
 * @returns {T}
 */
export function useStore(store) {
  const [, draw] = useState(0);
  useLayoutEffect(() => store.watch(() => draw(n => n + 1)), [store]);
  return store.get();
}

/**
 * Reads something, and again when `deps` change or `reload` is called; with `pollMs` also by itself while the page is seen. What was read
 * before stays until there is something newer, so that nothing jumps. A failure of a repeat is told beside it. An answer that takes longer
 * than the interval is waited for: repeats would only keep it from coming.
 * @template T
 * @param {(signal: AbortSignal) => Promise<T>} read
 * @param {unknown[]} deps
 * @param {number} [pollMs]
 * @returns {{ data: T | undefined, error: any, reload: () => Promise<void> }}
 */
export function useRead(read, deps, pollMs) {
  const [state, setState] = useState(/** @type {{ data?: T, error?: any, of?: unknown }} */ ({}));
  const latest = useRef(/** @type {AbortController | null} */ (null));
  const of = JSON.stringify(deps);
  const reload = useCallback(async () => {
    latest.current?.abort();
    const control = latest.current = new AbortController();
    try {
      const data = await read(AbortSignal.any([control.signal, AbortSignal.timeout(answerMsMax)]));
      if (!control.signal.aborted) setState({ data, of });
    } catch (error) {
      if (!control.signal.aborted) setState(old => ({ data: old.of === of ? old.data : undefined, error, of }));
    }
    if (latest.current === control) latest.current = null;
  }, [of]);
  useEffect(() => {
    reload();
    const timer = pollMs ? setInterval(() => document.hidden || latest.current || reload(), pollMs) : undefined;
    return () => {
      clearInterval(timer);
      latest.current?.abort();
    };
  }, [reload, pollMs]);
  const isCurrent = state.of === of;
  return { data: isCurrent ? state.data : undefined, error: isCurrent ? state.error : undefined, reload };
}

/** Where the page is: the part of its address behind `#`. */
const route = createStore(readRoute());
addEventListener('hashchange', () => route.set(readRoute()));

function readRoute() {
  const [path] = location.hash.replace(/^#\/?/, '').split('?');
  return { parts: path.split('/').filter(Boolean).map(decoded) };
}

/** What somebody typed may be no escape at all; it then stands for itself. @param {string} part */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const useRoute = () => useStore(route);

/** @param {...string} parts */
export const linkTo = (...parts) => `#/${parts.map(encodeURIComponent).join('/')}`;
