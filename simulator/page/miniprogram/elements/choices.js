// Elements that are chosen from: switch and picker.

import { chooseFrom } from '../sheets/choosing.js';
import { makeReachable, reflecting } from './reflected.js';

const toggle = reflecting(
  { checked: Boolean, disabled: Boolean, name: String, color: { type: String, value: '#04be02' } },
  {
    attached() {
      const node = this.getBackendElement();
      node.dataset.role = 'switch';
      node.setAttribute('role', 'switch');
      node.setAttribute('aria-checked', String(this.data.checked));
      makeReachable(this, node);
      this.addListener('tap', () => {
        if (this.data.disabled) return;
        this.setData({ checked: !this.data.checked });
        this.triggerEvent('change', { value: this.data.checked });
      });
    },
  },
);

const picker = reflecting(
  {
    mode: { type: String, value: 'selector' },
    range: Array,
    rangeKey: String,
    value: null,
    disabled: Boolean,
    headerText: String,
  },
  {
    attached() {
      const node = this.getBackendElement();
      node.dataset.role = 'button';
      node.setAttribute('role', 'button');
      makeReachable(this, node);
      this.addListener('tap', async () => {
        const { disabled, mode, range, rangeKey, value, headerText } = this.data;
        if (disabled) return;
        if (mode !== 'selector') throw new Error(`picker mode ${mode} is not played`);
        const names = range.map((each) => (rangeKey ? each[rangeKey] : each));
        const chosen = await chooseFrom(headerText, names, Number(value) || 0);
        if (chosen === null) this.triggerEvent('cancel', {});
        else this.triggerEvent('change', { value: chosen });
      });
    },
  },
);

export const choices = {
  switch: { ...toggle, template: '<native-i class="wx-switch" style="--on:{{color}}"></native-i>' },
  picker,
};
