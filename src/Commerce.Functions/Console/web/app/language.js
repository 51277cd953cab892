// Korean or English: the browser's wish until somebody chooses.
import en from '../text/en.js';
import ko from '../text/ko.js';
import { createStore } from './store.js';

/** @type {Record<string, Record<string, string>>} */
const dictionaries = { en, ko };
const kept = 'language';

export const language = createStore(choose());
applyTo(language.get());

function choose() {
  const wish = localStorage.getItem(kept) ?? navigator.language.slice(0, 2);
  return wish in dictionaries ? wish : 'en';
}

/** @param {string} next */
export function speak(next) {
  localStorage.setItem(kept, next);
  applyTo(next);
  language.set(next);
}

/** @param {string} next */
function applyTo(next) {
  document.documentElement.lang = next;
}

/**
 * A text of the dictionary, its {names} filled in. A text that is missing shows its key, and a test finds it.
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function t(key, values = {}) {
  const text = dictionaries[language.get()][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (_, name) => show(values[name]));
}

/** @param {string} key */
export const has = key => key in dictionaries.en;

/** @param {unknown} value */
const show = value => typeof value === 'number' ? count(value) : String(value ?? '');

/**
 * A formatter for each language, made once: making one takes far longer than formatting with it.
 * @template T
 * @param {(language: string) => T} create
 */
function eachLanguage(create) {
  /** @type {Map<string, T>} */
  const made = new Map();
  return () => {
    const spoken = language.get();
    if (!made.has(spoken)) made.set(spoken, create(spoken));
    return /** @type {T} */ (made.get(spoken));
  };
}

const numbers = eachLanguage(spoken => new Intl.NumberFormat(spoken));
const times = eachLanguage(spoken => new Intl.DateTimeFormat(spoken, { dateStyle: 'short', timeStyle: 'medium' }));
const preciseTimes = eachLanguage(spoken =>
  new Intl.DateTimeFormat(spoken, { hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hour12: false }));

/** @param {number} value */
export const count = value => numbers().format(value);

/** @param {number | undefined} value */
export const won = value => value === undefined ? '—' : `₩${count(value)}`.replace('₩-', '−₩');

/** @param {string | undefined} text */
export const time = text => text ? times().format(new Date(text)) : '—';

/** With thousandths, to tell the steps of one order apart. @param {string} text */
export const preciseTime = text => preciseTimes().format(new Date(text));
