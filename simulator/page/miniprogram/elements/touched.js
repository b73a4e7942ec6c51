// Elements that are tapped: button and navigator.

import { Event } from 'glass-easel';
import { askForPhone } from '../sheets/phone_number.js';
import { share } from '../sheets/sharing.js';
import { makeReachable, reflecting } from './reflected.js';

const OPENS = {
  navigate: 'navigateTo',
  redirect: 'redirectTo',
  switchTab: 'switchTab',
  reLaunch: 'reLaunch',
  navigateBack: 'navigateBack',
};

function attachedButton() {
  const node = this.getBackendElement();
  node.dataset.role = 'button';
  node.setAttribute('role', this.data.ariaRole || 'button');
  makeReachable(this, node);
  this.addListener('tap', () => {
    const { disabled, loading, formType, openType } = this.data;
    if (disabled || loading) return;
    if (formType === 'submit')
      Event.triggerEvent(this, 'formsubmit', {}, { bubbles: true, composed: true });
    if (openType === 'getPhoneNumber') tellPhone(this);
    if (openType === 'share') share(this);
  });
  // A disabled button swallows the tap before the page hears of it.
  for (const name of ['touchstart', 'mousedown']) {
    node.addEventListener(name, (event) => {
      if (this.data.disabled) event.stopPropagation();
    });
  }
}

async function tellPhone(button) {
  button.triggerEvent('getphonenumber', await askForPhone());
}

const button = reflecting(
  {
    disabled: Boolean,
    loading: Boolean,
    plain: Boolean,
    type: String,
    size: String,
    openType: String,
    formType: String,
  },
  { attached: attachedButton },
);
button.observers.disabled = function disabled(is) {
  const node = this.getBackendElement();
  node?.setAttribute('aria-disabled', String(Boolean(is)));
};

export const touched = {
  button,
  navigator: reflecting(
    { url: String, openType: { type: String, value: 'navigate' }, delta: Number },
    {
      attached() {
        const node = this.getBackendElement();
        node.dataset.role = 'link';
        node.setAttribute('role', this.data.ariaRole || 'link');
        makeReachable(this, node);
        this.addListener('tap', () => wx[OPENS[this.data.openType]]({ url: this.data.url }));
      },
    },
  ),
};
