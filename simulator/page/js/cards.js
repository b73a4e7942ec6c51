// Cards: articles, links, mini-programs, places, templates.

import { box } from './box.js';
import { element, svg } from './element.js';
import { icon } from './icons.js';
import { hasMini, openMini } from './mini.js';
import { isWebAddress, link, richText } from './rich_text.js';
import { t } from './words.js';

export function news(bubble) {
  if (bubble.articles === undefined) return linked(bubble);
  const [first, ...others] = bubble.articles;
  if (others.length === 0)
    return element('div', { class: 'news' }, article(first, 'news__single', single));
  return element(
    'div',
    { class: 'news' },
    article(first, 'news__cover', cover),
    others.map((each) => article(each, 'news__row', row)),
  );
}

function article(each, className, inside) {
  const content = inside({ ...each, picture: each.picture_url });
  return isWebAddress(each.url)
    ? element(
        'a',
        { class: className, href: each.url, target: '_blank', rel: 'noopener noreferrer' },
        content,
      )
    : element('div', { class: className }, content);
}

function single({ title, description, picture, url }) {
  return [
    element('h3', { class: 'news__title' }, title),
    picture && photo(picture, 'news__picture'),
    description && element('p', { class: 'news__description' }, description),
    isWebAddress(url) &&
      element('span', { class: 'news__more' }, t('chat.read_on'), icon('chevron')),
  ];
}

const cover = ({ title, picture }) => [
  photo(picture, 'news__picture'),
  element('h3', { class: 'news__over' }, title),
];
const row = ({ title, picture }) => [
  element('h3', { class: 'news__label' }, title),
  photo(picture, 'news__thumb'),
];

// A picture that can not be had leaves a quiet pattern, not a broken sign.
function photo(address, className) {
  if (!address) return element('span', { class: `${className} pattern` });
  const picture = element('img', {
    class: className,
    src: address,
    alt: '',
    loading: 'lazy',
    referrerpolicy: 'no-referrer',
  });
  picture.addEventListener('error', () =>
    picture.replaceWith(element('span', { class: `${className} pattern` })),
  );
  return picture;
}

export function miniprogram({ title, page_path: page, media_url: address }) {
  const content = [
    element('h3', { class: 'program__title' }, title ?? page ?? ''),
    address
      ? element('img', { class: 'program__picture', src: address, alt: '' })
      : element('span', { class: 'program__picture pattern' }),
    element('p', { class: 'program__foot' }, icon('program'), t('chat.miniprogram')),
  ];
  return box('program', hasMini() ? opener(page, title, content) : content);
}

const opener = (page, title, content) =>
  element(
    'button',
    {
      type: 'button',
      class: 'program__open',
      'aria-label': t('mini.open_page', { title: title ?? page ?? '' }),
      on: { click: () => openMini(page) },
    },
    content,
  );

export function location({ text: label, title, latitude, longitude }) {
  const point = latitude === undefined ? '' : `${latitude}, ${longitude}`;
  const map = svg(
    'svg',
    {
      viewBox: '0 0 240 100',
      class: 'map',
      'aria-hidden': 'true',
      preserveAspectRatio: 'xMidYMid slice',
    },
    svg('rect', { width: 240, height: 100, class: 'map__land' }),
    svg('path', { d: 'M0 74c50-20 80 14 130-2s70-14 110 0v28H0z', class: 'map__water' }),
    svg('path', { d: 'M-5 30 250 52M60-5 84 110M150-5 168 110M-5 66 250 16', class: 'map__road' }),
    svg('path', { d: 'M120 62s13-12 13-22a13 13 0 0 0-26 0c0 10 13 22 13 22z', class: 'map__pin' }),
    svg('circle', { cx: 120, cy: 40, r: 4.5, class: 'map__hole' }),
  );
  return box(
    'location',
    element('p', { class: 'location__label' }, label || title || t('chat.location')),
    point && element('p', { class: 'location__point' }, point),
    map,
  );
}

// Links, videos, music and cards: a title, perhaps a line, perhaps somewhere to go.
function linked({ title, description, url }) {
  const content = [
    element('h3', { class: 'program__title' }, title || url || t('chat.link')),
    description && element('p', { class: 'news__description' }, description),
  ];
  return box(
    'program',
    isWebAddress(url) || url?.startsWith('/play/') ? link(url, ...content) : content,
    element('p', { class: 'program__foot' }, icon('link'), t('chat.link')),
  );
}

export function template({ title, text: words = '', url, page_path: page }, tapped) {
  return box(
    'template',
    title && element('h3', { class: 'program__title' }, title),
    element('p', { class: 'bubble__text' }, richText(words, tapped)),
    page && hasMini()
      ? opener(page, title, element('p', { class: 'program__foot' }, t('chat.details')))
      : isWebAddress(url) && element('p', { class: 'program__foot' }, link(url, t('chat.details'))),
  );
}
