// What slides over a page, drawn as WeChat draws it. One at a time; the page waits behind it.

import { element } from '../../js/element.js';

const cover = document.getElementById('cover');
const behind = ['bar', 'stack', 'tabs'].map((id) => document.getElementById(id));
let dismiss = null;
let isPressed = false;

/**
 * Shows what `draw(end)` makes until somebody calls `end(answer)`; a tap beside it answers null.
 * `kind` is 'bottom' or 'middle'. The answer comes as a promise, the focus goes back.
 */
export function ask(kind, label, draw) {
  dismiss?.(null);
  isPressed = false;
  const returnTo = document.activeElement;
  return new Promise((resolve) => {
    const end = (answer) => {
      if (dismiss !== end) return;
      dismiss = null;
      cover.hidden = true;
      cover.replaceChildren();
      behind.forEach((each) => (each.inert = false));
      returnTo?.focus?.({ preventScroll: true });
      resolve(answer);
    };
    dismiss = end;
    const sheet = element(
      'div',
      { class: `sheet sheet--${kind}`, role: 'dialog', 'aria-modal': 'true', 'aria-label': label },
      draw(end),
    );
    cover.className = `cover cover--${kind}`;
    cover.replaceChildren(sheet);
    cover.hidden = false;
    behind.forEach((each) => (each.inert = true));
    sheet.querySelector('button.sheet__first, button')?.focus({ preventScroll: true });
  });
}

// The click that a browser makes of the tap that opened the sheet is not meant for it.
cover.addEventListener('pointerdown', () => (isPressed = true));
cover.addEventListener(
  'click',
  (event) => {
    if (!isPressed && event.detail !== 0) event.stopImmediatePropagation();
  },
  { capture: true },
);
cover.addEventListener('click', ({ target }) => {
  if (target === cover && cover.classList.contains('cover--bottom')) dismiss?.(null);
});
cover.addEventListener('keydown', ({ key }) => {
  if (key === 'Escape') dismiss?.(null);
});

/** A button of a sheet. */
export const choice = (words, run, kind = '') =>
  element('button', { type: 'button', class: `sheet__button ${kind}`, on: { click: run } }, words);
