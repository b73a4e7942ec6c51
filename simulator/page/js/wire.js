// The wire drawer: every exchange between platform and server, newest on top.

import { byId, element } from './element.js';
import { drawExchange } from './exchange.js';
import { icon } from './icons.js';
import { wireTime } from './times.js';
import { onLanguage, t } from './words.js';
import { world } from './world.js';

const opened = new Set();
let direction = '';
let consumerId = '';

export function startWire() {
  world.addEventListener('wire', drawWire);
  world.addEventListener('exchange', ({ detail }) => put(detail.exchange));
  world.addEventListener('state', drawConsumers);
  onLanguage(() => {
    drawConsumers();
    drawWire();
  });
  byId('wire-consumer').addEventListener('change', ({ target }) => {
    consumerId = target.value;
    drawWire();
  });
  byId('wire-direction').addEventListener('change', ({ target }) => {
    direction = target.value;
    drawWire();
  });
}

const isShown = (exchange) =>
  (!direction || exchange.direction === direction) &&
  (!consumerId || exchange.consumer_id === consumerId);

function drawWire() {
  const list = byId('exchanges');
  const focused = list.contains(document.activeElement)
    ? document.activeElement.closest('.exchange').dataset.seq
    : null;
  list.replaceChildren(...[...world.exchanges.values()].filter(isShown).reverse().map(entry));
  if (focused) list.querySelector(`[data-seq="${focused}"] .exchange__row`)?.focus();
  drawEmpty();
}

function put(exchange) {
  const list = byId('exchanges');
  list.querySelectorAll('.exchange').forEach((old) => {
    const seq = Number(old.dataset.seq);
    if (!world.exchanges.has(seq)) old.remove();
  });
  if (!isShown(exchange)) return;
  const drawn = entry(exchange);
  const known = list.querySelector(`[data-seq="${exchange.seq}"]`);
  if (known) known.replaceWith(drawn);
  else {
    drawn.classList.add('exchange--new');
    list.prepend(drawn);
  }
  drawEmpty();
}

function drawEmpty() {
  const empty = byId('wire-empty');
  empty.hidden = byId('exchanges').childElementCount > 0;
  empty.textContent = direction || consumerId ? t('wire.empty_filtered') : t('wire.empty');
}

function drawConsumers() {
  const select = byId('wire-consumer');
  const options = [
    ['', t('wire.everyone')],
    ...world.consumers.map(({ id, nickname }) => [id, nickname]),
  ];
  select.replaceChildren(
    ...options.map(([value, label]) =>
      element('option', { value, selected: value === consumerId }, label),
    ),
  );
}

function entry(exchange) {
  const { seq, direction: way, title, at, seconds, attempt, status } = exchange;
  const inside = `exchange-${seq}`;
  const item = element('li', { class: 'exchange', 'data-seq': seq });
  const isOpen = opened.has(seq);
  const row = element(
    'button',
    {
      type: 'button',
      class: 'exchange__row',
      'aria-expanded': String(isOpen),
      'aria-controls': inside,
      on: { click: () => fold(item, exchange) },
    },
    element(
      'span',
      {
        class: `way way--${way}`,
        title: t(way === 'to_server' ? 'wire.to_server' : 'wire.from_server'),
      },
      icon(way === 'to_server' ? 'arrowRight' : 'arrowLeft'),
      element(
        'span',
        { class: 'visually-hidden' },
        t(way === 'to_server' ? 'wire.to_server' : 'wire.from_server'),
      ),
    ),
    element(
      'span',
      { class: 'exchange__words' },
      element('span', { class: 'exchange__title' }, title),
      element(
        'span',
        { class: 'exchange__line' },
        element('time', { datetime: at }, wireTime(at)),
        element('span', {}, whose(exchange.consumer_id)),
      ),
    ),
    element(
      'span',
      { class: 'exchange__facts' },
      attempt
        ? element(
            'span',
            { class: `pill${attempt > 1 ? ' pill--again' : ''}` },
            t('wire.attempt', { n: attempt }),
          )
        : null,
      element('span', { class: `pill pill--${tone(exchange)}` }, outcomeWord(exchange)),
      element(
        'span',
        { class: 'exchange__figures' },
        `${status || t('wire.no_status')} · ${milliseconds(seconds)}`,
      ),
    ),
    icon('down', 'exchange__mark'),
  );
  item.append(
    row,
    element('div', { id: inside, hidden: !isOpen }, isOpen ? drawExchange(exchange) : ''),
  );
  return item;
}

function fold(item, exchange) {
  const [row, inside] = item.children;
  const open = inside.hidden;
  if (open) opened.add(exchange.seq);
  else opened.delete(exchange.seq);
  inside.replaceChildren(open ? drawExchange(exchange) : '');
  inside.hidden = !open;
  row.setAttribute('aria-expanded', String(open));
}

const milliseconds = (seconds) => {
  const n = Math.round(seconds * 1000);
  return t('wire.milliseconds', { n: n === 0 ? '<1' : n });
};

const whose = (id) => world.consumers.find((consumer) => consumer.id === id)?.nickname ?? '';

const OUTCOMES = {
  answered: ['good', 'outcome.answered'],
  silent: ['good', 'outcome.silent'],
  verified: ['good', 'outcome.verified'],
  ok: ['good', 'outcome.ok'],
  timed_out: ['late', 'outcome.timed_out'],
  dropped: ['late', 'outcome.dropped'],
  connection_failed: ['bad', 'outcome.connection_failed'],
  bad_status: ['bad', 'outcome.bad_status'],
  invalid_answer: ['bad', 'outcome.invalid_answer'],
  not_verified: ['bad', 'outcome.not_verified'],
  wrong_echostr: ['bad', 'outcome.not_verified'],
};

// An outcome is a word, and what was wrong may stand behind a colon.
const known = ({ outcome }) => OUTCOMES[outcome.split(':')[0]];
const tone = (exchange) => known(exchange)?.[0] ?? 'bad';
const outcomeWord = (exchange) => (known(exchange) ? t(known(exchange)[1]) : exchange.outcome);
