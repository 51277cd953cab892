import { html, useEffect, useState } from '../app/html.js';
import { pathOf, read } from '../app/api.js';
import { carryOn, carryOut } from '../app/intent.js';
import { t, time, won } from '../app/language.js';
import { Pages, usePages } from '../app/pages.js';
import { ProblemNote, Reading, SignedIn, Title, say } from '../app/parts.js';
import { linkTo, useRead } from '../app/store.js';

const amountMax = 1_000_000_000_000;

export const View = () => html`
  <${Title} text=${t('wallet')} />
  <${SignedIn}>${(/** @type {any} */ who) => html`<${Wallet} userId=${who.userId} />`}<//>`;

/** @param {{ userId: string }} props */
function Wallet({ userId }) {
  const balance = useRead(signal => read(pathOf('users', userId, 'balance'), signal), [userId], 5_000);
  const entries = usePages(pathOf('users', userId, 'balance', 'entries'));
  const charged = async (/** @type {any} */ charge) => {
    say(t('charged', { amount: won(charge.amount), balance: won(charge.balance) }));
    entries.anew();
    await balance.reload();
  };
  return html`
    <${Reading} of=${balance} rows=${1}>${(/** @type {import('../app/api.js').Api['Balance']} */ found) => html`
      <p class="figure">${won(found.balance)} ${found.held > 0 && html`<span class="hint">${t('held', { held: won(found.held) })}</span>`}</p>`}
    <//>
    <${Charge} userId=${userId} onCharged=${charged} />
    <h2>${t('entries')}</h2>
    <${Pages} pages=${entries} empty=${t('noEntries')} caption=${t('entries')} heads=${[t('when'), t('what'), t('amount'), t('balanceAfter'), t('order')]}
      keyOf=${(/** @type {any} */ item) => item.entryId}
      row=${(/** @type {any} */ item) => [time(item.createdAt), t(`entry.${item.kind}`), won(item.amount), won(item.balanceAfter),
        item.orderId ? html`<a href=${linkTo('order', item.orderId)}>${item.orderId}</a>` : '']} />`;
}

/** @param {{ userId: string, onCharged: (charge: any) => Promise<void> }} props */
function Charge({ userId, onCharged }) {
  const [amount, setAmount] = useState(100_000);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState(/** @type {any} */ (null));
  const settle = async (/** @type {Promise<any>} */ work) => {
    setBusy(true);
    setProblem(null);
    try {
      await onCharged(await work);
    } catch (refused) {
      setProblem(refused);
    }
    setBusy(false);
  };
  useEffect(() => {
    const left = carryOn(`charge:${userId}`);
    if (left) settle(left);
  }, [userId]);
  const submit = (/** @type {Event} */ event) => {
    event.preventDefault();
    settle(carryOut(`charge:${userId}`, 'POST', pathOf('users', userId, 'balance', 'charges'), { amount }));
  };
  return html`
    <form class="bar" onSubmit=${submit}>
      <label>${t('amountToCharge')} <input type="number" min="1" max=${amountMax} required value=${amount}
        onInput=${(/** @type {any} */ event) => setAmount(Math.floor(Number(event.target.value)))} /></label>
      <button class="primary" disabled=${busy}>${t('charge')}</button>
    </form>
    ${problem && html`<${ProblemNote} problem=${problem} />`}`;
}
