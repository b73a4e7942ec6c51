// What a mini-program may know of the phone, and the clipboard.

import { showToast } from '../sheets/dialogs.js';
import { phone, say } from '../phone.js';
import { scanCode } from '../sheets/scanner.js';
import { asynchronous } from './asynchronous.js';

const VERSION = '3.8.12';
const inset = (name) => parseFloat(getComputedStyle(document.body).getPropertyValue(name)) || 0;

async function copy(words) {
  await navigator.clipboard.writeText(words);
  showToast({ title: say('内容已复制', 'Copied'), icon: 'success' });
}

let brightness = 0.5;

/** As the phone does, within the app alone: `--brightness` on the page tells how bright. */
function shine(value) {
  brightness = value;
  document.documentElement.style.setProperty('--brightness', value);
}

export const device = {
  getAppBaseInfo: () => ({
    SDKVersion: VERSION,
    language: phone.language,
    theme: 'light',
    host: { env: 'WeChat' },
  }),
  getAccountInfoSync: () => ({
    miniProgram: { appId: phone.appId, envVersion: 'develop', version: '' },
  }),
  getExtConfigSync: () => ({ server: phone.server }),
  getWindowInfo: () => ({
    pixelRatio: devicePixelRatio,
    screenWidth: innerWidth,
    screenHeight: innerHeight,
    windowWidth: innerWidth,
    windowHeight: document.getElementById('stack').clientHeight,
    statusBarHeight: inset('--inset-top'),
    safeArea: { top: inset('--inset-top'), bottom: innerHeight - inset('--inset-bottom') },
  }),
  canIUse: () => true,
  nextTick: (run) => queueMicrotask(run),
  setClipboardData: asynchronous('setClipboardData', ({ data }) => copy(data)),
  getScreenBrightness: asynchronous('getScreenBrightness', () => ({ value: brightness })),
  setScreenBrightness: asynchronous('setScreenBrightness', ({ value }) => shine(value)),
  scanCode: asynchronous('scanCode', scanCode),
  vibrateShort: asynchronous('vibrateShort', () => ({})),
};
