// One exchange opened: query, headers, and each body beside what was inside it.

import { element } from './element.js';
import { icon } from './icons.js';
import { pretty } from './pretty.js';
import { toast } from './toast.js';
import { t } from './words.js';

export function drawExchange(exchange) {
  return element(
    'div',
    { class: 'exchange__inside' },
    half(t('wire.request'), exchange.request, [address(exchange), query(exchange.url)]),
    half(t('wire.response'), exchange.response, [reason(exchange)], exchange.status),
  );
}

function address({ method, url }) {
  return element(
    'p',
    { class: 'address' },
    element('span', { class: 'address__method' }, method),
    url.split('?')[0],
  );
}

// What was wrong stands behind the first colon of the outcome.
function reason({ outcome }) {
  const colon = outcome.indexOf(': ');
  return colon < 0
    ? null
    : element('p', { class: 'half__reason' }, icon('alert'), outcome.slice(colon + 2));
}

function query(url) {
  const fields = [...new URL(url, location.href).searchParams];
  return fields.length ? table(t('wire.query'), fields) : null;
}

function half(title, sent, before, status) {
  const unanswered = status === 0 || !sent;
  return element(
    'section',
    { class: 'half' },
    element(
      'h3',
      { class: 'half__title' },
      title,
      status ? element('span', { class: 'half__status' }, String(status)) : null,
    ),
    before,
    unanswered
      ? element('p', { class: 'half__none' }, t('wire.not_answered'))
      : [headers(sent.headers), bodies(sent)],
  );
}

function headers(named = {}) {
  const fields = Object.entries(named);
  if (fields.length === 0) return null;
  return element(
    'details',
    { class: 'fields' },
    element('summary', {}, t('wire.headers', { n: fields.length })),
    rows(fields),
  );
}

function table(title, fields) {
  return element(
    'details',
    { class: 'fields', open: true },
    element('summary', {}, title),
    rows(fields),
  );
}

function rows(fields) {
  return element(
    'dl',
    {},
    fields.map(([name, value]) =>
      element(
        'div',
        { class: 'fields__row' },
        element('dt', {}, name),
        element('dd', {}, String(value)),
      ),
    ),
  );
}

function bodies({ body = '', decrypted }) {
  const inside = decrypted !== undefined && decrypted !== null;
  return element(
    'div',
    { class: `bodies${inside ? ' bodies--two' : ''}` },
    inside ? pane(t('wire.decrypted'), decrypted, 'pane--inside') : null,
    pane(t('wire.body'), body),
  );
}

function pane(title, body, extra = '') {
  const { text, lines } = pretty(typeof body === 'string' ? body : JSON.stringify(body));
  if (!text)
    return element(
      'div',
      { class: `pane ${extra}` },
      element('p', { class: 'pane__none' }, t('wire.nothing')),
    );
  const copy = element(
    'button',
    {
      type: 'button',
      class: 'pane__copy',
      'aria-label': t('wire.copy', { what: title }),
      on: { click: (event) => copyOut(event, text) },
    },
    icon('copy'),
    t('page.copy'),
  );
  return element(
    'div',
    { class: `pane ${extra}` },
    element(
      'header',
      { class: 'pane__head' },
      element('h4', { class: 'pane__title' }, title),
      copy,
    ),
    element(
      'pre',
      { class: 'pane__code', tabindex: 0, 'aria-label': title },
      element('code', {}, lines),
    ),
  );
}

// Where the browser keeps the clipboard to itself, the text is selected and the reader copies it.
async function copyOut({ currentTarget }, text) {
  const pane = currentTarget.closest('.pane');
  try {
    await navigator.clipboard.writeText(text);
    toast(t('page.copied'));
  } catch {
    getSelection().selectAllChildren(pane.querySelector('code'));
    toast(t('page.selected'));
  }
}
