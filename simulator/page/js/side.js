// The side: who is played, things to try, trouble, and the language.

import { askForConsumer, languageName } from './add_consumer.js';
import { consumerAvatar } from './avatars.js';
import { say } from './composer.js';
import { byId, element } from './element.js';
import { icon } from './icons.js';
import { openMarket } from './market.js';
import { once } from './once.js';
import { play } from './play.js';
import { openScan } from './scan.js';
import { complain, toast } from './toast.js';
import { language, onLanguage, speak, t, wordsIn } from './words.js';
import { world } from './world.js';

let closeSide = () => {};

/** `leave` closes the side where it lies over the phone. */
export function startSide(leave) {
  closeSide = leave;
  for (const what of ['state', 'active']) world.addEventListener(what, drawSide);
  onLanguage(drawSide);
  byId('add-consumer').addEventListener('click', () => {
    closeSide();
    askForConsumer();
  });
  const choices = byId('language').querySelectorAll('input');
  choices.forEach((choice) => {
    choice.checked = choice.value === language();
    choice.addEventListener('change', () => speak(choice.value));
  });
  drawSide();
}

function drawSide() {
  const list = byId('consumers');
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.id : null;
  const entries = world.consumers.map((consumer) => element('li', {}, entry(consumer)));
  list.replaceChildren(
    ...(entries.length ? entries : [element('li', { class: 'consumers__none' }, t('side.empty'))]),
  );
  if (focused !== null) list.querySelector(`[data-id="${focused}"]`)?.focus();
  byId('add-consumer').replaceChildren(
    element('span', { class: 'row-button__sign' }, icon('add')),
    t('side.add'),
  );
  byId('open-day').hidden = !world.hasDay;
  byId('try').replaceChildren(...tries());
  drawOpener();
}

function entry(consumer) {
  const unread = world.unread.get(consumer.id) ?? 0;
  const chosen = consumer.id === world.activeId;
  return element(
    'button',
    {
      type: 'button',
      class: 'consumer',
      'data-id': consumer.id,
      'aria-current': chosen ? 'true' : null,
      on: {
        click: () => {
          world.select(consumer.id).catch(complain);
          closeSide();
        },
      },
    },
    element(
      'span',
      { class: 'consumer__avatar' },
      consumerAvatar(consumer, world.consumers),
      badge(unread),
    ),
    element(
      'span',
      { class: 'consumer__words' },
      element('span', { class: 'consumer__name' }, consumer.nickname),
      element(
        'span',
        { class: `consumer__state${consumer.followed ? ' consumer__state--on' : ''}` },
        `${t(consumer.followed ? 'side.following' : 'side.not_following')} · ${languageName(consumer.language)}`,
      ),
    ),
  );
}

const BADGE_MOST = 99;

function badge(count) {
  if (count === 0) return null;
  return element(
    'span',
    { class: 'badge' },
    element('span', { 'aria-hidden': 'true' }, count > BADGE_MOST ? '99+' : String(count)),
    element('span', { class: 'visually-hidden' }, t('side.unread', { n: count })),
  );
}

function tries() {
  const { active } = world;
  if (!active) return [];
  const speaks = active.language.startsWith('zh') ? 'zh' : 'en';
  const chip = (label, run, off = false) =>
    element(
      'button',
      {
        type: 'button',
        class: 'chip',
        disabled: off,
        on: {
          click: () => {
            closeSide();
            run();
          },
        },
      },
      label,
    );
  const words = ['try.points', 'try.history', 'try.help', 'try.agent'].map((key) =>
    wordsIn(speaks, key),
  );
  return [
    ...words.map((word) =>
      chip(word, () => once(`try ${active.id} ${word}`, () => say(word)), !active.followed),
    ),
    chip(t('try.scan'), openScan),
    ...(world.hasMarket ? [chip(t('try.market'), () => openMarket().catch(complain))] : []),
    chip(t('try.retry'), deliverAgain),
  ];
}

/** The platform delivers the last callback of this consumer once more. */
export function deliverAgain() {
  const consumerId = world.activeId;
  const run = async () => {
    await world.act(() => play.retry(consumerId));
    toast(t('phone.retried'));
  };
  once(`retry ${consumerId}`, run).catch(complain);
}

function drawOpener() {
  const { active, consumers } = world;
  const opener = byId('open-side');
  const others = consumers.reduce(
    (sum, { id }) => sum + (id === world.activeId ? 0 : (world.unread.get(id) ?? 0)),
    0,
  );
  const values = { name: active?.nickname ?? '', n: others };
  opener.setAttribute(
    'aria-label',
    others ? t('side.open_unread', values) : t('side.open', values),
  );
  opener.replaceChildren(
    active ? consumerAvatar(active, consumers) : icon('person'),
    ...(others
      ? [
          element(
            'span',
            { class: 'badge', 'aria-hidden': 'true' },
            String(Math.min(others, BADGE_MOST)),
          ),
        ]
      : []),
  );
}
