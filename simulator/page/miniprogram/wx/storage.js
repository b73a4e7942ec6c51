// wx.*Storage: one drawer for each app and consumer.

import { phone } from '../phone.js';
import { asynchronous } from './asynchronous.js';

const named = (key) => `miniprogram.${phone.appId}.${phone.consumerId}.${key}`;

// WeChat gives an empty text where nothing is kept.
function read(key) {
  const kept = localStorage.getItem(named(key));
  return kept === null ? '' : JSON.parse(kept);
}
const write = (key, value) => localStorage.setItem(named(key), JSON.stringify(value));
const remove = (key) => localStorage.removeItem(named(key));

export const storage = {
  getStorageSync: read,
  setStorageSync: write,
  removeStorageSync: remove,
  setStorage: asynchronous('setStorage', ({ key, data }) => write(key, data)),
  removeStorage: asynchronous('removeStorage', ({ key }) => remove(key)),
};
