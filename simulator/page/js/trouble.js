// Trouble to make: what the platform and the network do to the server's answers.

import { byId, element } from './element.js';
import { play } from './play.js';
import { complain, toast } from './toast.js';
import { onLanguage, t } from './words.js';
import { world } from './world.js';

const CALM = { delay_seconds: 0, drop_first_n: 0, duplicate: false, clock_skew_seconds: 0 };
const SECONDS_A_MINUTE = 60;

const KNOBS = [
  {
    name: 'delay_seconds',
    label: 'trouble.delay',
    hint: 'trouble.delay_hint',
    choices: [0, 1, 3, 6],
    word: (n) => (n ? t('trouble.seconds', { n }) : t('trouble.none')),
  },
  {
    name: 'drop_first_n',
    label: 'trouble.drop',
    hint: 'trouble.drop_hint',
    choices: [0, 1, 2, 3],
    word: (n) => (n ? t('trouble.times', { n }) : t('trouble.none')),
  },
  {
    name: 'clock_skew_seconds',
    label: 'trouble.skew',
    hint: 'trouble.skew_hint',
    choices: [-3600, 0, 3600],
    word: skewWord,
  },
];

export function startTrouble() {
  byId('trouble-fold').addEventListener('click', fold);
  world.addEventListener('state', drawTrouble);
  onLanguage(drawTrouble);
  drawTrouble();
}

function fold() {
  const open = byId('trouble').hidden;
  byId('trouble').hidden = !open;
  byId('trouble-fold').setAttribute('aria-expanded', String(open));
}

function drawTrouble() {
  const panel = byId('trouble');
  const focused = panel.contains(document.activeElement) ? document.activeElement.id : '';
  const on = Object.entries(CALM).some(([name, calm]) => (world.faults[name] ?? calm) !== calm);
  byId('trouble-mark').hidden = !on;
  byId('trouble-mark').textContent = t('trouble.on');
  panel.replaceChildren(
    element('p', { class: 'trouble__line' }, t('trouble.line')),
    ...KNOBS.map(knob),
    doubler(),
    element(
      'button',
      {
        type: 'button',
        class: 'button button--small',
        id: 'trouble-reset',
        disabled: !on,
        on: { click: calmDown },
      },
      t('trouble.reset'),
    ),
  );
  if (focused) byId(focused)?.focus();
}

function knob({ name, label, hint, choices, word }) {
  const now = world.faults[name] ?? 0;
  return element(
    'fieldset',
    { class: 'knob' },
    element('legend', { class: 'knob__label' }, t(label)),
    element(
      'div',
      { class: 'switch switch--even' },
      choices.map((value) =>
        element(
          'label',
          { class: 'switch__choice' },
          element('input', {
            type: 'radio',
            name,
            value,
            id: `trouble-${name}-${value}`,
            checked: value === now,
            on: { change: () => change({ [name]: value }) },
          }),
          element('span', {}, word(value)),
        ),
      ),
    ),
    element('p', { class: 'knob__hint' }, t(hint)),
  );
}

function doubler() {
  return element(
    'div',
    { class: 'knob' },
    element(
      'label',
      { class: 'tick' },
      element('span', { class: 'knob__label' }, t('trouble.duplicate')),
      element('input', {
        type: 'checkbox',
        role: 'switch',
        id: 'trouble-duplicate',
        checked: Boolean(world.faults.duplicate),
        on: { change: ({ target }) => change({ duplicate: target.checked }) },
      }),
      element('span', { class: 'tick__track' }),
    ),
    element('p', { class: 'knob__hint' }, t('trouble.duplicate_hint')),
  );
}

function skewWord(seconds) {
  const n = Math.abs(seconds) / SECONDS_A_MINUTE;
  if (seconds === 0) return t('trouble.none');
  return seconds < 0 ? t('trouble.minutes_behind', { n }) : t('trouble.minutes_ahead', { n });
}

async function change(faults) {
  try {
    await play.faults(faults);
    await world.refreshState();
  } catch (error) {
    complain(error);
    drawTrouble();
  }
}

async function calmDown() {
  await change(CALM);
  toast(t('trouble.was_reset'));
  byId('trouble-fold').focus();
}
