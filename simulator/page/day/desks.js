// The three frames: two phones of one consumer, and the console. Each is a page of its own.

import { byId } from '../js/element.js';
import { language } from '../js/words.js';

const CONSUMER_KEPT_AS = 'jifen.consumer';
const HERE = window.location.origin;
let consoleOrigin = '';

export const keptConsumer = () => {
  try {
    return localStorage.getItem(CONSUMER_KEPT_AS);
  } catch {
    return null;
  }
};

/** Opens the console at its own login. */
export function openConsole(address) {
  consoleOrigin = new URL(address).origin;
  byId('console').src = address;
}

/** Gives both phones to a consumer. */
export function handPhones(consumerId) {
  try {
    localStorage.setItem(CONSUMER_KEPT_AS, consumerId);
  } catch {
    /* private windows keep nothing: the frame is told as well */
  }
  const chat = byId('chat');
  if (chat.src) tellChat({ consumer: consumerId });
  else {
    chat.addEventListener('load', () => tellChat({ consumer: keptConsumer() ?? consumerId }));
    chat.src = '/';
  }
  openMini(consumerId);
}

export function openMini(consumerId, page = null) {
  const asked = new URLSearchParams({ consumer: consumerId, ...(page && { open: page }) });
  byId('miniprogram').src = `/mp?${asked}`;
}

const tellChat = (told) => byId('chat').contentWindow.postMessage(told, HERE);

export const speakInChat = () => tellChat({ language: language() });

/** Lets the mini-program load what it shows again. */
export const refreshMini = () =>
  byId('miniprogram').contentWindow.getCurrentPages?.().at(-1)?.onShow?.();

/** Lets the mini-program and the console load what they show again. */
export function refresh() {
  refreshMini();
  if (consoleOrigin) byId('console').contentWindow.postMessage('refresh', consoleOrigin);
}

/** Calls `open(page)` when something in the chat leads to the mini-program. */
export function onOpenMini(open) {
  window.addEventListener('message', ({ data, source, origin }) => {
    const isChat = origin === HERE && source === byId('chat').contentWindow;
    if (isChat && data?.miniprogram === 'open') open(data.page);
  });
}
