// What a staff member wrote to the active consumer in WeCom: a conversation of its own, in a sheet.

import { accountAvatar } from './avatars.js';
import { draw } from './bubbles.js';
import { element } from './element.js';
import { Refused, play } from './play.js';
import { openSheet } from './sheets.js';
import { t } from './words.js';
import { world } from './world.js';

/** Adds a staff member, where she has not yet. */
export const addStaff = (consumerId, userId) =>
  unlessKnown(() => play.addContact(consumerId, userId));

/** Adds one of the staff behind a contact way, where she has none of them yet. */
export const scanContact = (consumerId, configId) =>
  unlessKnown(() => play.scanContact(consumerId, configId));

async function unlessKnown(adding) {
  try {
    await adding();
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== 'already_contact') throw error;
  }
}

export const openStaffChat = (consumerId, userId) =>
  openLines(t('staff.title', { name: userId }), t('staff.none'), ({ messages }) =>
    messages.filter((one) => one.consumer_id === consumerId && one.user_id === userId),
  );

/** All that staff wrote to her, and into the groups that she is in. */
export const openWeCom = (consumerId) =>
  openLines(t('wecom.title'), t('wecom.none'), ({ messages, groups }) => {
    const hers = groups.filter((group) => group.consumer_ids.includes(consumerId));
    const names = new Map(hers.map((group) => [group.chat_id, group.name]));
    return messages
      .filter((one) => one.consumer_id === consumerId || names.has(one.chat_id))
      .map((one) => ({ ...one, group: names.get(one.chat_id) }));
  });

async function openLines(title, none, pick) {
  const lines = element('ul', { class: 'lines staff-lines', 'aria-live': 'polite' });
  openSheet({ title, kind: 'staff', body: [lines] });
  const show = async () => {
    if (!lines.isConnected) return world.removeEventListener('told', show);
    const hers = pick(await play.groups());
    lines.replaceChildren(...(hers.length ? hers.flatMap(linesOf) : [notice(none)]));
  };
  world.addEventListener('told', show);
  await show();
}

const notice = (words) => element('li', { class: 'line line--notice' }, element('p', {}, words));

function linesOf({ user_id: userId, text, pictures, group }) {
  const from = group === undefined ? [] : [notice(t('wecom.group', { name: group || '–' }))];
  const bubbles = [
    ...(text ? [{ kind: 'text', text }] : []),
    ...pictures.map((address) => ({ kind: 'image', media_url: address, text: t('staff.picture') })),
  ];
  return from.concat(
    bubbles.map((bubble) =>
      element(
        'li',
        { class: 'line line--account' },
        element('span', { class: 'line__avatar' }, accountAvatar(userId)),
        draw(bubble, () => {}),
      ),
    ),
  );
}
