import { html, render } from './html.js';
import { Shell } from './shell.js';
import { completeSignIn } from './session.js';
import { say } from './parts.js';
import { t } from './language.js';

const hasFailed = await completeSignIn();
const root = /** @type {HTMLElement} */ (document.getElementById('app'));
root.replaceChildren();
render(html`<${Shell} />`, root);
if (hasFailed) say(t('signInFailed'), 'problem');
