// What every view is written with: templates instead of JSX, so that nothing has to be compiled.
import htm from '../vendor/htm.js';
import { h } from '../vendor/preact.js';

export const html = htm.bind(h);
export { Component, Fragment, render } from '../vendor/preact.js';
export { useCallback, useEffect, useId, useLayoutEffect, useMemo, useRef, useState } from '../vendor/hooks.js';
