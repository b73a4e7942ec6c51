// One bubble of the chat, drawn by its kind.

import { box } from './box.js';
import { location, miniprogram, news, template } from './cards.js';
import { element, svg } from './element.js';
import { richText } from './rich_text.js';
import { t } from './words.js';

const KINDS = { text, image, voice, news, menu, miniprogram, location };

/** The drawn bubble; `tapped({content, id})` is called when a choice in it is taken. */
export function draw(bubble, tapped) {
  if (bubble.via === 'template') return template(bubble, tapped);
  const kind = KINDS[bubble.kind];
  return kind
    ? kind(bubble, tapped)
    : text({ text: t('chat.unknown', { kind: bubble.kind }) }, tapped);
}

/** Cards of articles use the whole width and stand without an avatar, as in WeChat. */
export const isWide = (bubble) => bubble.kind === 'news' && bubble.articles !== undefined;

/** What a screen reader says of a new bubble. */
export function spoken(bubble) {
  const parts = [
    bubble.text,
    bubble.title,
    ...(bubble.articles ?? []).map(({ title }) => title),
    ...(bubble.items ?? []).map(({ content }) => content),
    bubble.tail,
  ];
  return parts.filter(Boolean).join('。') || bubble.kind;
}

function text({ text: words = '' }, tapped) {
  return box('text', element('p', { class: 'bubble__text' }, richText(words, tapped)));
}

function image({ text: caption, media_url: address }) {
  const picture = address
    ? element('img', { src: address, alt: caption || t('chat.image'), loading: 'lazy' })
    : photograph(caption || t('chat.image'));
  return box('image', picture);
}

function photograph(label) {
  return svg(
    'svg',
    { viewBox: '0 0 150 190', role: 'img', 'aria-label': label, class: 'photograph' },
    svg('rect', { width: 150, height: 190, class: 'photograph__sky' }),
    svg('circle', { cx: 108, cy: 52, r: 17, class: 'photograph__sun' }),
    svg('path', { d: 'M0 150l45-58 34 40 22-24 49 54v28H0z', class: 'photograph__far' }),
    svg('path', { d: 'M0 168c30-22 58-18 88-4s44 10 62 0v26H0z', class: 'photograph__near' }),
  );
}

const VOICE_SECONDS_LONGEST = 60;

function voice({ text: heard }) {
  const length = Math.min(VOICE_SECONDS_LONGEST, Math.max(1, Math.round((heard ?? '').length / 3)));
  const size = length > 20 ? 'long' : length > 6 ? 'middle' : 'short';
  const waves = svg(
    'svg',
    { viewBox: '0 0 20 20', class: 'waves', 'aria-hidden': 'true' },
    svg('circle', { cx: 4, cy: 10, r: 1.8 }),
    svg('path', { d: 'M8 6.2a5.4 5.4 0 0 1 0 7.6' }),
    svg('path', { d: 'M11.6 2.8a10.2 10.2 0 0 1 0 14.4' }),
  );
  const bar = box(
    `voice bubble--voice-${size}`,
    waves,
    element('span', { 'aria-label': t('chat.voice', { n: length }) }, `${length}″`),
  );
  return heard
    ? element('div', { class: 'heard' }, bar, element('p', { class: 'heard__text' }, heard))
    : bar;
}

function menu({ text: head, items = [], tail }, tapped) {
  return box(
    'menu',
    head && element('p', { class: 'bubble__text' }, richText(head, tapped)),
    element(
      'ul',
      { class: 'choices', title: t('chat.menu_hint') },
      items.map(({ id, content }) =>
        element(
          'li',
          {},
          element(
            'button',
            { type: 'button', class: 'choice', on: { click: () => tapped({ content, id }) } },
            content,
          ),
        ),
      ),
    ),
    tail && element('p', { class: 'bubble__text bubble__text--tail' }, richText(tail, tapped)),
  );
}
