// What a staff member wrote to the active consumer in WeCom: a conversation of its own, in a sheet.

import { accountAvatar } from './avatars.js';
import { draw } from './bubbles.js';
import { element } from './element.js';
import { Refused, play } from './play.js';
import { openSheet } from './sheets.js';
import { t } from './words.js';
import { world } from './world.js';

/** Adds a staff member, where she has not yet, and opens what he wrote. */
export async function addStaff(consumerId, userId) {
  try {
    await play.addContact(consumerId, userId);
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'already_contact') throw error;
  }
}

export async function openStaffChat(consumerId, userId) {
  const lines = element('ul', { class: 'lines staff-lines', 'aria-live': 'polite' });
  openSheet({ title: t('staff.title', { name: userId }), kind: 'staff', body: [lines] });
  const show = async () => {
    if (!lines.isConnected) return world.removeEventListener('told', show);
    const { messages } = await play.groups();
    const hers = messages.filter((one) => one.consumer_id === consumerId && one.user_id === userId);
    lines.replaceChildren(...(hers.length ? hers.flatMap(linesOf) : [waiting()]));
  };
  world.addEventListener('told', show);
  await show();
}

const waiting = () => element('li', { class: 'line line--notice' }, element('p', {}, t('staff.none')));

function linesOf({ user_id: userId, text, pictures }) {
  const bubbles = [
    ...(text ? [{ kind: 'text', text }] : []),
    ...pictures.map((address) => ({ kind: 'image', media_url: address, text: t('staff.picture') })),
  ];
  return bubbles.map((bubble) =>
    element(
      'li',
      { class: 'line line--account' },
      element('span', { class: 'line__avatar' }, accountAvatar(userId)),
      draw(bubble, () => {}),
    ),
  );
}
