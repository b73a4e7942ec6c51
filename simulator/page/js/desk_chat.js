// A consumer's chat with a help desk (微信客服): a conversation of its own, in a sheet.

import { accountAvatar, consumerAvatar } from './avatars.js';
import { draw } from './bubbles.js';
import { element } from './element.js';
import { hasMini, openMini } from './mini.js';
import { once } from './once.js';
import { play } from './play.js';
import { closeSheet, openActions, openSheet } from './sheets.js';
import { complain } from './toast.js';
import { t } from './words.js';
import { world } from './world.js';

/** Lets her choose a desk, where there are several, and opens the chat with it. */
export async function openDesks(consumer) {
  const { desks } = await play.desks();
  if (desks.length === 1) return openDesk(consumer, desks[0]);
  openActions(
    t('desk.title'),
    desks.map((desk) => ({
      label: desk.name,
      sign: 'person',
      run: () => openDesk(consumer, desk).catch(complain),
    })),
  );
}

async function openDesk(consumer, desk) {
  const lines = element('ul', { class: 'lines staff-lines desk-lines', 'aria-live': 'polite' });
  const say = (text, menuId = '') =>
    once(`desk ${desk.open_kfid} ${text}`, () =>
      world.act(() => play.sayAtDesk(consumer.id, desk.open_kfid, text, menuId)),
    ).catch(complain);
  const { form, field } = writing(t('desk.write', { name: desk.name }), say);
  openSheet({ title: desk.name, kind: 'staff', body: [lines, form], focus: field });
  const show = async () => {
    if (!lines.isConnected) return world.removeEventListener('told', show);
    const told = await play.desks();
    const hers = told.lines.filter(
      (one) => one.consumer_id === consumer.id && one.open_kfid === desk.open_kfid,
    );
    const session = told.sessions.find(
      (one) => one.consumer_id === consumer.id && one.open_kfid === desk.open_kfid,
    );
    const state = session ? [notice(stateOf(session))] : [];
    lines.replaceChildren(...hers.map((one) => line(consumer, one, say)), ...state);
    lines.scrollTop = lines.scrollHeight;
  };
  world.addEventListener('told', show);
  await world.act(() => play.enterDesk(consumer.id, desk.open_kfid));
  await show();
}

const WAITING = 2;

const stateOf = ({ state, servicer }) =>
  state === WAITING ? t('desk.waiting') : t('desk.with', { name: servicer });

const notice = (words) => element('li', { class: 'line line--notice' }, element('p', {}, words));

function line(consumer, { who, msgtype, node }, say) {
  const isHers = who === 'consumer';
  const avatar = isHers ? consumerAvatar(consumer, world.consumers) : accountAvatar(who);
  return element(
    'li',
    { class: `line ${isHers ? 'line--consumer' : 'line--account'}` },
    element('span', { class: 'line__avatar' }, avatar),
    msgtype === 'msgmenu' ? menu(node, say) : draw({ kind: 'text', text: node.content }, () => {}),
  );
}

const menu = ({ head_content: head, list }, say) =>
  element(
    'div',
    { class: 'bubble desk-menu' },
    element('p', { class: 'desk-menu__head' }, head),
    ...list.map((one) => {
      const node = one[one.type];
      const act = () => {
        if (one.type === 'click') return say(node.content, node.id);
        if (!hasMini()) return undefined;
        closeSheet();
        return openMini(node.pagepath);
      };
      return element(
        'button',
        { type: 'button', class: 'desk-menu__line', on: { click: act } },
        node.content,
      );
    }),
  );

/** A field with a button; `say` gets what was written. */
export function writing(label, say) {
  const field = element('input', {
    type: 'text',
    class: 'desk-write__field',
    'aria-label': label,
    maxlength: '500',
    enterkeyhint: 'send',
  });
  const form = element(
    'form',
    {
      class: 'desk-write',
      on: {
        submit: (event) => {
          event.preventDefault();
          const text = field.value.trim();
          if (!text) return;
          field.value = '';
          say(text);
        },
      },
    },
    field,
    element('button', { class: 'button' }, t('desk.send')),
  );
  return { form, field };
}
