// The mini-program beside the chat: the same consumer's phone, another app on it. Where there is
// room both are shown, else one at a time.

import { byId } from './element.js';
import { world } from './world.js';

const SHELL = '(min-width: 860px)';
const INSETS = { '--inset-top': '46px', '--inset-bottom': '22px' };
let loadedFor = null;
let isSeen = false;

export const hasMini = () => world.miniprogram?.is_here === true;

export function startMini() {
  byId('open-mini').addEventListener('click', () => openMini());
  byId('mini-frame').addEventListener('load', fit);
  window.matchMedia(SHELL).addEventListener('change', fit);
  window.addEventListener('message', ({ data, source }) => {
    if (source === byId('mini-frame').contentWindow && data?.miniprogram === 'close') closeMini();
  });
  new IntersectionObserver((entries) => {
    isSeen = entries.at(-1).isIntersecting;
    if (isSeen) load();
  }).observe(byId('mini'));
  for (const what of ['state', 'active']) world.addEventListener(what, settle);
}

/** Shows the mini-program, at `page` (a path with its query) or where it is. */
export function openMini(page = null) {
  byId('apps').dataset.app = 'mini';
  if (page) load(page.startsWith('/') ? page : `/${page}`);
  else load();
  byId('mini-frame').focus();
}

function closeMini() {
  byId('apps').dataset.app = 'chat';
  byId('open-mini').focus();
}

function settle() {
  byId('mini').hidden = !hasMini();
  byId('open-mini').hidden = !hasMini();
  if (isSeen) load();
}

// Another consumer has another phone: the frame starts anew.
function load(page = null) {
  if (!hasMini() || world.activeId === null) return;
  if (page === null && loadedFor === world.activeId) return;
  loadedFor = world.activeId;
  const asked = new URLSearchParams({ consumer: loadedFor, ...(page && { open: page }) });
  byId('mini-frame').src = `mp?${asked}`;
}

// Below the status line of the drawn phone, and above its home bar.
function fit() {
  const root = byId('mini-frame').contentDocument?.documentElement;
  const hasShell = window.matchMedia(SHELL).matches;
  for (const [name, value] of Object.entries(INSETS)) {
    root?.style.setProperty(name, hasShell ? value : '0px');
  }
}
