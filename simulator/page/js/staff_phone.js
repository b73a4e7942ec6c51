// The staff's WeCom: the mass sends that wait for each of them, sent by a tap, and what the app writes.

import { element } from './element.js';
import { once } from './once.js';
import { play } from './play.js';
import { openSheet } from './sheets.js';
import { complain, toast } from './toast.js';
import { t } from './words.js';
import { world } from './world.js';

const KINDS = { single: 'tasks.single', group: 'tasks.group' };

export async function openStaffPhone() {
  const list = element('div', { class: 'staff-phone', 'aria-live': 'polite' });
  openSheet({ title: t('tasks.title'), kind: 'staff-phone', body: [list] });
  const show = async () => {
    if (!list.isConnected) return world.removeEventListener('told', show);
    const told = await Promise.all(
      world.staff.map(async (userId) => [userId, await play.staffSends(userId)]),
    );
    const waiting = told.flatMap(([userId, { sends, messages }]) => [
      ...sends.map((one) => task(userId, one)),
      ...messages.map((one) => note(userId, one)).reverse(),
    ]);
    const none = element('p', { class: 'staff-phone__none' }, t('tasks.none'));
    const hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...(waiting.length ? waiting : [none]));
    // what was tapped is gone: the keyboard goes on at the next one, or at the way out
    const next = list.querySelector('button') ?? list.closest('.sheet').querySelector('.sheet__close');
    if (hadFocus) next.focus();
  };
  world.addEventListener('told', show);
  await show();
}

const note = (userId, { text }) =>
  element(
    'article',
    { class: 'task' },
    element('p', { class: 'task__who' }, t('tasks.app', { name: userId })),
    element('p', { class: 'task__text' }, text),
  );

function task(userId, { msgid, chat_type: kind, text, pictures, targets }) {
  const send = async () => {
    const { sent } = await world.act(() => play.confirmSend(userId, msgid));
    toast(t('tasks.sent', { n: sent }));
  };
  return element(
    'article',
    { class: 'task' },
    element('p', { class: 'task__who' }, t(KINDS[kind], { name: userId, n: targets })),
    element('p', { class: 'task__text' }, text),
    ...pictures.map((address) =>
      element('img', { class: 'task__picture', src: address, alt: t('staff.picture') }),
    ),
    element(
      'button',
      {
        type: 'button',
        class: 'button',
        'aria-label': t('tasks.send_of', { name: userId }),
        on: { click: () => once(`send ${msgid} ${userId}`, send).catch(complain) },
      },
      t('tasks.send'),
    ),
  );
}
