// What assistive technology and the style sheets need to find on the element itself.

import { triggerTap } from './tapping.js';

const ARIA = [
  'Label',
  'Hidden',
  'Live',
  'Pressed',
  'Selected',
  'Checked',
  'Disabled',
  'Expanded',
  'Valuenow',
  'Valuemin',
  'Valuemax',
  'Level',
  'Labelledby',
  'Current',
];
const FLAGS = ['hidden', 'disabled', 'loading', 'plain', 'scrollX', 'scrollY'];
const TEXTS = ['type', 'size'];
const TAPPED = new Set(['button', 'link', 'tab', 'radio', 'checkbox', 'switch']);

/** Properties that every built-in element has. `null`: of any type. */
export const properties = {
  ...Object.fromEntries(ARIA.map((name) => [`aria${name}`, null])),
  ariaRole: String,
  hidden: Boolean,
  hoverClass: String,
};

const dashed = (name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Writes the properties that are set onto the element, and lets the keyboard reach what is tapped. */
export function reflect(component) {
  const node = component.getBackendElement();
  if (!node) return;
  const { data } = component;
  for (const name of ARIA) set(node, `aria-${name.toLowerCase()}`, data[`aria${name}`]);
  if (node.dataset.role === 'switch') set(node, 'aria-checked', Boolean(data.checked));
  for (const name of FLAGS) set(node, dashed(name), data[name] ? '' : null);
  for (const name of TEXTS) set(node, name, data[name]);
  const role = data.ariaRole || null;
  if (role || !node.hasAttribute('data-role')) set(node, 'role', role);
  if (TAPPED.has(role)) makeReachable(component, node);
}

function set(node, name, value) {
  const isSet = value !== null && value !== undefined && value !== '' && value !== false;
  if (isSet || (value === '' && ['hidden', 'disabled', 'loading', 'plain'].includes(name)))
    node.setAttribute(name, String(value));
  else if (value === false && name.startsWith('aria-')) node.setAttribute(name, 'false');
  else node.removeAttribute(name);
}

/** Lets Tab come here, and Enter and the space bar tap. */
export function makeReachable(component, node) {
  if (node.tabIndex < 0) node.tabIndex = 0;
  node.onkeydown = (event) => {
    if (event.target !== node || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    triggerTap(component);
  };
}

/** The shape of an element that only reflects. */
export const reflecting = (more = {}, lifetimes = {}) => ({
  properties: { ...properties, ...more },
  observers: {
    '**'() {
      reflect(this);
    },
  },
  lifetimes: {
    ...lifetimes,
    attached() {
      reflect(this);
      lifetimes.attached?.call(this);
    },
  },
});
