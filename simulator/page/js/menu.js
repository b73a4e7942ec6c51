// The account's own menu: up to three buttons, each with up to five below it.

import { element } from './element.js';
import { icon } from './icons.js';
import { hasMini, openMini } from './mini.js';
import { once } from './once.js';
import { play } from './play.js';
import { isWebAddress, link } from './rich_text.js';
import { openSheet } from './sheets.js';
import { complain } from './toast.js';
import { t } from './words.js';
import { world } from './world.js';

export function drawMenu(buttons) {
  return element(
    'div',
    {
      class: 'menu',
      role: 'group',
      'aria-label': t('write.menu_label'),
      on: { keydown: closeOnEscape },
    },
    buttons.map((button) =>
      button.sub_button?.length
        ? parent(button)
        : element('div', { class: 'menu__slot' }, leaf(button, 'menu__button')),
    ),
  );
}

export function closeSubmenu() {
  document.querySelectorAll('.menu__button[aria-expanded=true]').forEach((button) => {
    button.setAttribute('aria-expanded', 'false');
    button.nextElementSibling.hidden = true;
  });
}

function parent(button) {
  const list = element(
    'ul',
    { class: 'submenu', hidden: true },
    button.sub_button.map((child) => element('li', {}, leaf(child, 'submenu__button'))),
  );
  const open = ({ currentTarget }) => {
    const wasOpen = currentTarget.getAttribute('aria-expanded') === 'true';
    closeSubmenu();
    currentTarget.setAttribute('aria-expanded', String(!wasOpen));
    list.hidden = wasOpen;
    if (!wasOpen) list.querySelector('button').focus();
  };
  return element(
    'div',
    { class: 'menu__slot' },
    element(
      'button',
      {
        type: 'button',
        class: 'menu__button',
        'aria-expanded': 'false',
        'aria-label': t('write.submenu', { name: button.name }),
        on: { click: open },
      },
      icon('submenu'),
      button.name,
    ),
    list,
  );
}

function leaf(button, className) {
  return element(
    'button',
    {
      type: 'button',
      class: className,
      on: {
        click: () => {
          closeSubmenu();
          choose(button);
        },
      },
    },
    button.name,
  );
}

function closeOnEscape(event) {
  if (event.key !== 'Escape') return;
  event.currentTarget.querySelector('.menu__button[aria-expanded=true]')?.focus();
  closeSubmenu();
}

const WITHOUT_A_PHONE = new Set(['click', 'view', 'miniprogram']);

function choose(button) {
  const { type = 'click', key, url, pagepath, name } = button;
  if (!WITHOUT_A_PHONE.has(type)) {
    openSheet({
      title: name,
      body: [element('p', { class: 'sheet__text' }, t('menu.other', { kind: type }))],
    });
    return;
  }
  const consumerId = world.activeId;
  const sent = key ?? (type === 'view' ? url : pagepath);
  once(`menu ${consumerId} ${sent}`, () => world.act(() => play.menu(consumerId, sent))).catch(
    complain,
  );
  if (type === 'view')
    openSheet({
      title: name,
      body: [element('p', { class: 'sheet__text' }, t('menu.link')), address(url)],
    });
  if (type === 'miniprogram' && hasMini()) openMini(pagepath);
  else if (type === 'miniprogram') {
    openSheet({
      title: name,
      body: [
        element('p', { class: 'sheet__text' }, t('menu.miniprogram')),
        element('p', { class: 'sheet__address' }, pagepath ?? ''),
        address(url),
      ],
    });
  }
}

function address(url) {
  if (!isWebAddress(url)) return null;
  return element('p', { class: 'sheet__address' }, url, link(url, t('menu.open_link')));
}
