// Text as a chat shows it: addresses can be tapped, and so can the few <a> tags that WeChat allows
// in text.

import { element } from './element.js';
import { icon } from './icons.js';
import { hasMini, openMini } from './mini.js';

const ANCHOR = /<a\s+([^>]*)>([\s\S]*?)<\/a>/gi;
const ADDRESS = /https?:\/\/[^\s<>"'，。；！？、）】》」]+/gi;
const ATTRIBUTE = /([\w-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;
const TRAILING = /[.,;:!?)\]]+$/;

/** Nodes for a text. `tapped` gets {content, id} when a weixin://bizmsgmenu link is chosen. */
export function richText(text, tapped) {
  const nodes = [];
  let read = 0;
  for (const match of text.matchAll(ANCHOR)) {
    nodes.push(...plain(text.slice(read, match.index)));
    nodes.push(anchor(attributes(match[1]), match[2], tapped));
    read = match.index + match[0].length;
  }
  nodes.push(...plain(text.slice(read)));
  return nodes;
}

function attributes(source) {
  return Object.fromEntries(
    [...source.matchAll(ATTRIBUTE)].map(([, name, one, other]) => [name, one ?? other ?? '']),
  );
}

function anchor({ href = '', 'data-miniprogram-path': page }, label, tapped) {
  if (href.startsWith('weixin://bizmsgmenu')) {
    const asked = new URLSearchParams(href.slice(href.indexOf('?') + 1));
    const choice = { content: asked.get('msgmenucontent') ?? label, id: asked.get('msgmenuid') };
    return element(
      'button',
      { type: 'button', class: 'text-link', on: { click: () => tapped(choice) } },
      label,
    );
  }
  if (page !== undefined && hasMini())
    return element(
      'button',
      { type: 'button', class: 'text-link text-program', on: { click: () => openMini(page) } },
      icon('program'),
      label,
    );
  if (page !== undefined)
    return element('span', { class: 'text-program', title: page }, icon('program'), label);
  return isWebAddress(href) ? link(href, label) : document.createTextNode(label);
}

function plain(text) {
  const nodes = [];
  let read = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, '');
    nodes.push(text.slice(read, match.index), link(address, address));
    read = match.index + address.length;
  }
  nodes.push(text.slice(read));
  return nodes.filter((node) => node !== '');
}

export const isWebAddress = (address) => /^https?:\/\//i.test(address ?? '');

export function link(address, ...content) {
  return element('a', { href: address, target: '_blank', rel: 'noopener noreferrer' }, ...content);
}
