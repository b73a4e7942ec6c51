// The bar under the chat: the account's menu, or the keyboard.

import { draft, keepDraft } from './drafts.js';
import { byId, element } from './element.js';
import { icon } from './icons.js';
import { drawMenu, closeSubmenu } from './menu.js';
import { emojiPanel, morePanel } from './panels.js';
import { play } from './play.js';
import { sentence } from './toast.js';
import { onLanguage, t } from './words.js';
import { world } from './world.js';

let writing = false;
let panel = null;
const queues = new Map();
const errors = new Map();

export function startComposer() {
  world.addEventListener('active', () => {
    panel = null;
    writing = draft(world.activeId) !== '';
    drawComposer();
  });
  world.addEventListener('state', drawIfMenuChanged);
  onLanguage(drawComposer);
  drawComposer();
}

/** Puts words into the chat as if they were typed; what is being typed stays. */
export function say(text) {
  const consumerId = world.activeId;
  if (consumerId !== null) enqueue(consumerId, text);
}

// A consumer's texts leave one after the other, so that quick ones arrive in the order they were
// typed. When one fails, it and those behind it go back into the field.
function enqueue(consumerId, text) {
  errors.delete(consumerId);
  const queue = queues.get(consumerId) ?? [];
  queues.set(consumerId, queue);
  queue.push(text);
  if (queue.length === 1) drain(consumerId, queue);
}

async function drain(consumerId, queue) {
  try {
    while (queue.length > 0) {
      await world.act(() => play.message(consumerId, { kind: 'text', content: queue[0] }));
      queue.shift();
    }
  } catch (error) {
    const unsent = [...queue.splice(0), draft(consumerId)].filter(Boolean);
    keepDraft(consumerId, unsent.join('\n'));
    errors.set(consumerId, sentence(error, t('error.unreachable')));
    writing = true;
    if (consumerId === world.activeId) drawComposer({ focus: true });
  }
}

let drawnMenu = '';

function drawIfMenuChanged() {
  if (JSON.stringify([world.account?.menu, world.activeId]) !== drawnMenu) drawComposer();
}

function drawComposer({ focus = false } = {}) {
  drawnMenu = JSON.stringify([world.account?.menu, world.activeId]);
  const buttons = world.account?.menu ?? [];
  const hadFocus = byId('write') !== null && document.activeElement === byId('write');
  const typing = writing || buttons.length === 0;
  const error = errors.get(world.activeId);
  byId('composer').replaceChildren(
    element(
      'p',
      { class: 'composer__error', role: 'alert', id: 'send-error', hidden: !error },
      error ? [icon('alert'), error] : [],
    ),
    element(
      'div',
      { class: 'bar' },
      buttons.length ? toggle(typing) : null,
      typing ? keyboard(error) : drawMenu(buttons),
    ),
    typing && panel ? panels[panel]() : '',
  );
  if (!typing) return;
  grow(byId('write'));
  if (focus || hadFocus) byId('write').focus();
}

const panels = {
  emoji: () => emojiPanel(insert),
  more: () =>
    morePanel(() => {
      panel = null;
      drawComposer();
    }),
};

function toggle(typing) {
  const change = () => {
    writing = !typing;
    panel = null;
    drawComposer({ focus: writing });
    if (!writing) byId('composer').querySelector('.bar__toggle').focus();
  };
  return element(
    'button',
    {
      type: 'button',
      class: 'icon-button bar__toggle',
      'aria-label': t(typing ? 'write.to_menu' : 'write.to_keyboard'),
      on: { click: change },
    },
    icon(typing ? 'menu' : 'keyboard'),
  );
}

function keyboard(error) {
  const field = element('textarea', {
    id: 'write',
    class: 'bar__field',
    rows: 1,
    enterkeyhint: 'send',
    maxlength: 2000,
    'aria-label': t('write.label'),
    placeholder: t('write.placeholder'),
    'aria-describedby': error ? 'send-error' : null,
    on: { input: typed, keydown: sendOnEnter },
  });
  field.value = draft(world.activeId);
  return element(
    'div',
    { class: 'bar__write' },
    field,
    panelButton('emoji', 'emoji', t('write.emoji')),
    field.value ? null : panelButton('more', 'plus', t('write.more')),
    element(
      'button',
      { type: 'button', class: 'send', hidden: !field.value, on: { click: send } },
      t('write.send'),
    ),
  );
}

function panelButton(name, sign, label) {
  const change = () => {
    panel = panel === name ? null : name;
    drawComposer();
    byId('composer').querySelector(`[data-panel=${name}]`)?.focus();
  };
  return element(
    'button',
    {
      type: 'button',
      class: 'icon-button',
      'data-panel': name,
      'aria-label': label,
      'aria-expanded': String(panel === name),
      on: { click: change },
    },
    icon(sign),
  );
}

function typed({ target }) {
  const had = draft(world.activeId) !== '';
  keepDraft(world.activeId, target.value);
  grow(target);
  if (had !== (target.value !== '')) swapSend(target.value !== '');
}

function swapSend(has) {
  const bar = byId('composer').querySelector('.bar__write');
  bar.querySelector('.send').hidden = !has;
  bar.querySelector('[data-panel=more]')?.remove();
  if (!has) bar.querySelector('.send').before(panelButton('more', 'plus', t('write.more')));
}

// While an input method composes, Enter chooses its characters and must not send.
function sendOnEnter(event) {
  if (event.key !== 'Enter' || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  send();
}

function send() {
  const text = draft(world.activeId).trim();
  if (!text) return;
  keepDraft(world.activeId, '');
  writing = true;
  enqueue(world.activeId, text);
  drawComposer({ focus: true });
}

function insert(emoji) {
  const field = byId('write');
  field.setRangeText(emoji, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input'));
}

function grow(field) {
  field.rows = Math.min(5, Math.max(1, field.value.split('\n').length));
}

document.addEventListener('click', (event) => {
  if (!event.target.closest('.menu')) closeSubmenu();
});
