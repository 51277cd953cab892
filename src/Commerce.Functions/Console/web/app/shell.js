// The frame around all views, and which view an address shows. A view's module is fetched when it is first shown.
import { html, useEffect, useRef, useState } from './html.js';
import { Notice, ProblemNote, Skeleton, Title, hush, sayProblem } from './parts.js';
import { language, speak, t } from './language.js';
import { session, signIn, signOut } from './session.js';
import { useRoute, useStore } from './store.js';
import { Shelves } from '../views/shelves.js';

/** @type {Record<string, () => Promise<any>>} */
const views = {
  product: () => import('../views/product.js'),
  cart: () => import('../views/cart.js'),
  wallet: () => import('../views/wallet.js'),
  orders: () => import('../views/orders.js'),
  order: () => import('../views/order.js'),
  ops: () => import('../views/operations.js'),
  search: () => import('../views/search.js'),
  steps: () => import('../views/steps.js'),
  events: () => import('../views/events.js'),
  event: () => import('../views/event.js'),
  stock: () => import('../views/stock.js'),
  import: () => import('../views/import.js'),
};

const shop = [['', 'shelves'], ['cart', 'cart'], ['wallet', 'wallet'], ['orders', 'orders']];
const operations = [['ops', 'overview'], ['search', 'allOrders'], ['events', 'events'], ['stock', 'stock'], ['import', 'import']];

export function Shell() {
  useStore(language);
  const route = useRoute();
  const who = useStore(session);
  const name = route.parts[0] ?? '';
  const shown = useRef(name);
  useEffect(() => {
    // What was said of a view goes with it; what is said as the page comes up stays.
    if (shown.current !== name) hush();
    shown.current = name;
  }, [name]);
  return html`
    <a class="skip" href="#main" onClick=${skip}>${t('skip')}</a>
    <header class="top">
      <a class="brand" href="#/">Commerce</a>
      <nav aria-label=${t('shop')}>${shop.map(entry => link(entry, name))}</nav>
      <nav aria-label=${t('operations')}>${operations.map(entry => link(entry, name))}</nav>
      <div class="who">
        <${Languages} />
        ${who
          ? html`<span class="user" title=${who.scopes.join(' ')}>${who.userId}</span><button onClick=${signOut}>${t('signOut')}</button>`
          : html`<button onClick=${() => signIn(false).catch(sayProblem)}>${t('signIn')}</button>`}
      </div>
    </header>
    <${Notice} />
    <main id="main" tabindex="-1"><${View} name=${name} route=${route} key=${[who?.userId, ...route.parts].join('/')} /></main>`;
}

/** @param {string[]} entry @param {string} name */
const link = ([target, label], name) => html`
  <a key=${target} href=${`#/${target}`} aria-current=${target === name ? 'page' : undefined}>${t(label)}</a>`;

/** @param {Event} event */
function skip(event) {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

function Languages() {
  const other = useStore(language) === 'ko' ? 'en' : 'ko';
  return html`<button class="quiet" lang=${other} onClick=${() => speak(other)}>${other === 'ko' ? '한국어' : 'English'}</button>`;
}

/** @param {{ name: string, route: any }} props */
function View({ name, route }) {
  const [state, setState] = useState(/** @type {{ View?: any, error?: any }} */ (name === '' ? { View: Shelves } : {}));
  useEffect(() => {
    if (name === '') return;
    const load = views[name];
    if (!load) setState({ error: { slug: 'no-page' } });
    else load().then(module => setState({ View: module.View }), error => setState({ error }));
  }, [name]);
  if (state.error) return html`<${Title} text=${t('notHere')} /><${ProblemNote} problem=${state.error} />`;
  return state.View ? html`<${state.View} route=${route} />` : html`<${Skeleton} rows=${6} />`;
}
