// The staff's WeCom: the mass sends that wait for each of them, sent by a tap, customers who wait at
// a help desk, and what they and the app say to one another.

import { accountAvatar } from './avatars.js';
import { draw } from './bubbles.js';
import { writing } from './desk_chat.js';
import { element } from './element.js';
import { once } from './once.js';
import { play } from './play.js';
import { openSheet } from './sheets.js';
import { complain, toast } from './toast.js';
import { t } from './words.js';
import { world } from './world.js';

const KINDS = { single: 'tasks.single', group: 'tasks.group' };

export async function openStaffPhone() {
  const waiting = element('div', { class: 'staff-phone', 'aria-live': 'polite' });
  const chats = world.staff.map((userId) => appChat(userId));
  openSheet({
    title: t('tasks.title'),
    kind: 'staff-phone',
    body: [waiting, ...chats.map(({ box }) => box)],
  });
  let drawn = '';
  const show = async () => {
    if (!waiting.isConnected) return world.removeEventListener('told', show);
    const { sessions } = await play.desks();
    const told = await Promise.all(
      world.staff.map(async (userId) => [userId, await play.staffSends(userId)]),
    );
    for (const [place, [, { messages }]] of told.entries()) chats[place].show(messages);
    const now = JSON.stringify([sessions, told.map(([, { sends }]) => sends)]);
    if (now === drawn) return undefined; // what is being written to a customer stays
    drawn = now;
    const cards = [
      ...told.flatMap(([userId, { sends }]) => sends.map((one) => task(userId, one))),
      ...sessions.map(customer),
    ];
    const none = element('p', { class: 'staff-phone__none' }, t('tasks.none'));
    const hadFocus = waiting.contains(document.activeElement);
    waiting.replaceChildren(...(cards.length ? cards : [none]));
    // what was tapped is gone: the keyboard goes on at the next one, or at the way out
    const next =
      waiting.querySelector('button') ?? waiting.closest('.sheet').querySelector('.sheet__close');
    if (hadFocus) next.focus();
    return undefined;
  };
  world.addEventListener('told', show);
  await show();
}

/** What a staff member and the app say to one another. */
function appChat(userId) {
  const lines = element('ul', { class: 'lines staff-lines', 'aria-live': 'polite' });
  const say = (text) =>
    once(`app ${userId} ${text}`, () => world.act(() => play.sayToApp(userId, text))).catch(
      complain,
    );
  const { form } = writing(t('tasks.write', { name: userId }), say);
  const title = element('h3', { class: 'task__who' }, t('tasks.chat', { name: userId }));
  const show = (messages) => {
    lines.replaceChildren(...messages.map((one) => said(userId, one)));
  };
  return { box: element('section', { class: 'task' }, title, lines, form), show };
}

const said = (userId, { text, is_from_staff: isHis }) =>
  element(
    'li',
    { class: `line ${isHis ? 'line--consumer' : 'line--account'}` },
    element('span', { class: 'line__avatar' }, accountAvatar(isHis ? userId : '积')),
    draw({ kind: 'text', text }, () => {}),
  );

const PERSON = 3;

/** A customer at a help desk who waits for a person, or talks with one. */
function customer({ consumer_id: id, open_kfid: desk, state, servicer }) {
  const name = world.consumers.find((one) => one.id === id)?.nickname ?? id;
  const who = servicer || world.staff[0];
  const serve = (deed, body) =>
    once(`${deed} ${desk} ${id}`, () =>
      world.act(() => play.serveAtDesk(who, desk, id, deed, body)),
    ).catch(complain);
  const act = (deed, label, words) =>
    element(
      'button',
      { type: 'button', class: 'button', 'aria-label': label, on: { click: () => serve(deed) } },
      words,
    );
  if (state !== PERSON) {
    return element(
      'article',
      { class: 'task' },
      element('p', { class: 'task__text' }, t('desk.customer', { name })),
      act('take', t('desk.take_of', { who, name }), t('desk.take')),
    );
  }
  const { form } = writing(t('desk.write', { name }), (text) => serve('answer', { text }));
  return element(
    'article',
    { class: 'task' },
    element('p', { class: 'task__text' }, t('desk.talking', { who, name })),
    form,
    act('close', t('desk.close_of', { name }), t('desk.close')),
  );
}

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
