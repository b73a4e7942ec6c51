// The shape around what is said.

import { element } from './element.js';

export function box(kind, ...content) {
  return element('div', { class: `bubble bubble--${kind}` }, ...content);
}
