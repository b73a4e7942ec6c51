// Inside another page of ours, that page says whom to play and which language to speak.

import { speak } from './words.js';
import { world } from './world.js';

export const isFramed = window.parent !== window;

export function startFramed() {
  if (!isFramed) return;
  document.body.classList.add('framed');
  window.addEventListener('message', ({ data, source, origin }) => {
    if (source !== window.parent || origin !== window.location.origin) return;
    if (data?.consumer) world.select(data.consumer).catch(() => {});
    if (data?.language) speak(data.language);
  });
}

/** Asks the page around us to open the mini-program beside us. */
export const askForMini = (page) =>
  window.parent.postMessage({ miniprogram: 'open', page }, window.location.origin);
