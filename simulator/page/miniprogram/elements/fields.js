// Elements that are written in: input and textarea.

import { reflecting } from './reflected.js';

const TYPES = { number: 'numeric', digit: 'decimal', idcard: 'text', text: 'text' };

const field = (tag) => {
  const made = reflecting(
    {
      value: String,
      name: String,
      placeholder: String,
      placeholderClass: String,
      placeholderStyle: String,
      type: { type: String, value: 'text' },
      password: Boolean,
      maxlength: { type: Number, value: 140 },
      disabled: Boolean,
      focus: Boolean,
      confirmType: String,
    },
    { attached },
  );
  made.observers.value = function value(words) {
    const node = inner(this);
    if (node && node.value !== words) node.value = words;
  };
  return { ...made, template: `<native-${tag} class="wx-field"></native-${tag}>` };
};

const inner = (component) => component.getBackendElement()?.querySelector('.wx-field');

function attached() {
  const node = inner(this);
  const { data } = this;
  node.value = data.value;
  node.placeholder = data.placeholder;
  node.disabled = data.disabled;
  if (data.maxlength >= 0) node.maxLength = data.maxlength;
  node.setAttribute('aria-label', data.ariaLabel || data.placeholder);
  if (node.localName === 'input') {
    node.type = data.password ? 'password' : 'text';
    node.inputMode = TYPES[data.type] ?? 'text';
  }
  // The document's own event would reach the page a second time, without its detail.
  node.addEventListener('input', (event) => {
    event.stopPropagation();
    this.triggerEvent('input', { value: node.value, cursor: node.selectionStart });
  });
  for (const name of ['focus', 'blur']) {
    node.addEventListener(name, () => this.triggerEvent(name, { value: node.value }));
  }
  node.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && node.localName === 'input')
      this.triggerEvent('confirm', { value: node.value });
  });
  if (data.focus) node.focus();
}

export const fields = { input: field('input'), textarea: field('textarea') };
