// The chat: time lines, bubbles, and where the reader is in it.

import { consumerAvatar, accountAvatar } from './avatars.js';
import { draw, isWide, spoken } from './bubbles.js';
import { byId, element } from './element.js';
import { once } from './once.js';
import { play } from './play.js';
import { chatTime, QUIET_MS } from './times.js';
import { complain } from './toast.js';
import { onLanguage, t } from './words.js';
import { world } from './world.js';

const NEAR_END_PX = 80;
let lastAt = null;
let unseen = 0;

export function startChat() {
  world.addEventListener('active', drawAll);
  world.addEventListener('chat', ({ detail }) => detail.consumerId === world.activeId && drawAll());
  world.addEventListener(
    'bubble',
    ({ detail }) => detail.consumerId === world.activeId && append(detail.bubble),
  );
  onLanguage(drawAll);
  const chat = byId('chat');
  chat.addEventListener(
    'scroll',
    () => {
      if (isAtEnd()) saw();
    },
    { passive: true },
  );
  new ResizeObserver(() => {
    if (wasAtEnd) toEnd();
  }).observe(chat);
  byId('newer').addEventListener('click', () => {
    toEnd();
    chat.focus();
  });
}

function drawAll() {
  lastAt = null;
  const lines = world.messages().flatMap(linesOf);
  const empty = element(
    'li',
    { class: 'line line--notice' },
    element('p', {}, t('chat.empty', { name: world.account?.name ?? '' })),
  );
  byId('lines').replaceChildren(...(lines.length ? lines : world.active?.followed ? [empty] : []));
  toEnd();
}

function append(bubble) {
  const follow = isAtEnd() || bubble.from === 'consumer';
  if (world.messages().length === 1) byId('lines').replaceChildren();
  const lines = linesOf(bubble);
  lines.forEach((line) => line.classList.add('line--new'));
  byId('lines').append(...lines);
  if (follow) toEnd();
  else showUnseen(unseen + 1);
  if (bubble.from !== 'consumer') announce(bubble);
}

function linesOf(bubble) {
  const at = Date.parse(bubble.at);
  const quiet = lastAt === null || at - lastAt > QUIET_MS;
  lastAt = at;
  const time = element(
    'li',
    { class: 'line line--notice' },
    element('time', { datetime: bubble.at }, chatTime(bubble.at)),
  );
  return quiet && !Number.isNaN(at) ? [time, line(bubble)] : [line(bubble)];
}

function line(bubble) {
  if (bubble.from === 'system' || bubble.kind === 'notice') {
    return element(
      'li',
      { class: 'line line--notice', 'data-id': bubble.id },
      element(
        'p',
        {},
        element('span', { class: 'visually-hidden' }, `${t('chat.system')} `),
        bubble.text ?? '',
      ),
    );
  }
  const side = bubble.from === 'consumer' ? 'consumer' : 'account';
  const avatar =
    side === 'consumer'
      ? consumerAvatar(world.active, world.consumers)
      : accountAvatar(world.account.name);
  return element(
    'li',
    { class: `line line--${side}${isWide(bubble) ? ' line--wide' : ''}`, 'data-id': bubble.id },
    isWide(bubble) ? null : element('span', { class: 'line__avatar' }, avatar),
    element('span', { class: 'visually-hidden' }, `${t('chat.says', { name: speaker(side) })} `),
    draw(bubble, choose),
  );
}

const speaker = (side) =>
  (side === 'consumer' ? world.active?.nickname : world.account?.name) ?? '';

function choose({ content, id }) {
  const consumerId = world.activeId;
  const message = { kind: 'text', content, ...(id ? { menu_item_id: id } : {}) };
  once(`choose ${consumerId} ${content}`, () =>
    world.act(() => play.message(consumerId, message)),
  ).catch(complain);
}

function announce(bubble) {
  const says =
    bubble.from === 'account' ? t('chat.says', { name: speaker('account') }) : t('chat.system');
  byId('announcer').textContent = `${says} ${spoken(bubble)}`;
}

let wasAtEnd = true;

function isAtEnd() {
  const { scrollHeight, scrollTop, clientHeight } = byId('chat');
  wasAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  return wasAtEnd;
}

function toEnd() {
  const chat = byId('chat');
  chat.scrollTop = chat.scrollHeight;
  wasAtEnd = true;
  saw();
}

const saw = () => showUnseen(0);

function showUnseen(count) {
  unseen = count;
  byId('newer').hidden = count === 0;
  byId('newer').textContent = t('chat.newer', { n: count });
}
