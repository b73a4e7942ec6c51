// What slides over the phone's screen: action sheets, questions, the scanner. One at a time.

import { byId, element } from './element.js';
import { icon } from './icons.js';
import { t } from './words.js';

let returnTo = null;

/**
 * Opens a sheet with a title and nodes. The rest of the phone is inert until it closes; focus goes
 * back after.
 */
export function openSheet({ title, body, kind = 'plain', focus = null }) {
  if (byId('cover').hidden) returnTo = document.activeElement;
  const close = element(
    'button',
    {
      type: 'button',
      class: 'icon-button sheet__close',
      'aria-label': t('page.close'),
      on: { click: closeSheet },
    },
    icon('close'),
  );
  const sheet = element(
    'div',
    { class: `sheet sheet--${kind}`, role: 'dialog', 'aria-label': title },
    element(
      'header',
      { class: 'sheet__head' },
      element('h2', { class: 'sheet__title' }, title),
      close,
    ),
    element('div', { class: 'sheet__body' }, body),
  );
  byId('cover').replaceChildren(sheet);
  byId('cover').hidden = false;
  setInert(true);
  (focus ?? sheet.querySelector('.sheet__body button, .sheet__body input') ?? close).focus({
    preventScroll: true,
  });
}

/** A list of things to do; `grave` ones are red. */
export function openActions(title, actions) {
  const buttons = actions.map(({ label, sign, grave = false, run }) =>
    element(
      'button',
      {
        type: 'button',
        class: `action${grave ? ' action--grave' : ''}`,
        on: {
          click: () => {
            closeSheet();
            run();
          },
        },
      },
      sign && icon(sign),
      label,
    ),
  );
  openSheet({
    title,
    kind: 'actions',
    body: [
      ...buttons,
      element(
        'button',
        { type: 'button', class: 'action action--cancel', on: { click: closeSheet } },
        t('page.cancel'),
      ),
    ],
  });
}

export function closeSheet() {
  if (byId('cover').hidden) return;
  byId('cover').hidden = true;
  byId('cover').replaceChildren();
  setInert(false);
  if (returnTo?.isConnected) returnTo.focus();
  returnTo = null;
}

export function startSheets() {
  byId('cover').addEventListener('click', ({ target }) => {
    if (target === byId('cover')) closeSheet();
  });
  byId('cover').addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    closeSheet();
  });
}

function setInert(inert) {
  byId('view').inert = inert;
}
