import { html, useEffect, useState } from '../app/html.js';
import { call, pathOf, read } from '../app/api.js';
import { carryOn, carryOut, recall } from '../app/intent.js';
import { t, won } from '../app/language.js';
import { ProblemNote, Reading, SignedIn, Table, Title, sayProblem } from '../app/parts.js';
import { linkTo, useRead } from '../app/store.js';

export const View = () => html`
  <${Title} text=${t('cart')} />
  <${SignedIn}>${(/** @type {any} */ who) => html`<${Cart} userId=${who.userId} />`}<//>`;

/** @param {{ userId: string }} props */
function Cart({ userId }) {
  const cart = useRead(signal => read(pathOf('users', userId, 'cart'), signal), [userId]);
  const balance = useRead(signal => read(pathOf('users', userId, 'balance'), signal), [userId]);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const [busy, setBusy] = useState(false);

  const change = async (/** @type {string} */ method, /** @type {string} */ path, /** @type {unknown} */ body) => {
    await call(method, path, { body }).catch(sayProblem);
    await cart.reload();
  };
  const settle = async (/** @type {Promise<any>} */ order) => {
    setBusy(true);
    setProblem(null);
    try {
      location.hash = linkTo('order', (await order).orderId);
    } catch (refused) {
      setProblem(refused);
      setBusy(false);
      await Promise.all([cart.reload(), balance.reload()]);
    }
  };
  useEffect(() => {
    // A checkout that a reload cut off is asked for again: by its key it is the same one.
    const left = carryOn(slotOf(userId));
    if (left) settle(left);
  }, [userId]);
  // What the buyer sees is what the buyer agrees to.
  const buy = (/** @type {number} */ seen) => settle(
    carryOut(slotOf(userId), 'POST', pathOf('users', userId, 'cart', 'checkout'), { expectedTotalAmount: seen }));

  return html`
    ${problem && html`<${ProblemNote} problem=${problem} />`}
    ${problem?.slug === 'insufficient-balance' && html`<p><a href="#/wallet">${t('chargeNow')}</a></p>`}
    ${problem && recall(slotOf(userId)) && html`<p class="hint">${t('undecided')}</p>`}
    <${Reading} of=${cart} empty=${t('cartEmpty')} isEmpty=${(/** @type {any} */ found) => found.items.length === 0}>
      ${(/** @type {import('../app/api.js').Api['Cart']} */ found) => html`
        <${Table} caption=${t('cart')} heads=${[t('product'), t('price'), t('quantity'), t('amount'), '']} keys=${found.items.map(item => item.productId)}
          rows=${found.items.map(item => row(userId, item, change))} />
        <p class="total">${t('total')} <strong>${won(found.totalAmount)}</strong>
          <span class="hint">${t('balanceIs', { balance: won(balance.data?.balance) })}</span></p>
        <div class="bar">
          <button class="primary" disabled=${busy || found.totalAmount === undefined} onClick=${() => found.totalAmount !== undefined && buy(found.totalAmount)}>${t('buy', { total: won(found.totalAmount) })}</button>
          <button disabled=${busy} onClick=${() => change('DELETE', pathOf('users', userId, 'cart'), undefined)}>${t('clear')}</button>
        </div>`}
    <//>`;
}

/** @param {string} userId */
const slotOf = userId => `checkout:${userId}`;

/** @param {string} userId @param {import('../app/api.js').Api['CartItem']} item @param {(method: string, path: string, body: unknown) => Promise<void>} change */
function row(userId, item, change) {
  const path = pathOf('users', userId, 'cart', 'items', item.productId);
  const name = item.name ?? item.productId;
  return [
    html`<a href=${linkTo('product', item.productId)}>${name}</a> ${item.stock < item.quantity && html`<span class="stock none">${t('onlyLeft', { stock: item.stock })}</span>`}`,
    won(item.unitPrice),
    html`<input type="number" min="1" max="1000000" value=${item.quantity} aria-label=${t('quantityOf', { name })}
      onChange=${(/** @type {any} */ event) => change('PUT', path, { quantity: Math.max(1, Math.floor(Number(event.target.value) || 1)) })} />`,
    won(item.unitPrice === undefined ? undefined : item.unitPrice * item.quantity),
    html`<button onClick=${() => change('DELETE', path, undefined)} aria-label=${t('removeNamed', { name })}>${t('remove')}</button>`,
  ];
}
