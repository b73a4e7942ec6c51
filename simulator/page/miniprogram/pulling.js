// Pull to refresh: the page moves down with the finger, and stays until stopPullDownRefresh.

import { settingsOf } from './frame.js';
import { top } from './pages.js';

const ENOUGH_PX = 56;
const MOST_PX = 84;
let from = null;
let pulled = 0;

export function startPulling(stack) {
  stack.addEventListener('touchstart', (event) => begin(event.touches[0]), { passive: true });
  stack.addEventListener('touchmove', (event) => move(event.touches[0]), { passive: true });
  stack.addEventListener('touchend', end);
  stack.addEventListener('touchcancel', end);
  stack.addEventListener('mousedown', begin);
  stack.addEventListener('mousemove', (event) => (event.buttons ? move(event) : end()));
  stack.addEventListener('mouseup', end);
}

function begin({ clientY }) {
  const entry = top();
  const may = entry && entry.host.scrollTop <= 0 && settingsOf(entry.path).enablePullDownRefresh;
  from = may ? clientY : null;
}

function move({ clientY }) {
  if (from === null) return;
  pulled = Math.min(MOST_PX, Math.max(0, (clientY - from) / 2));
  place(pulled);
}

function end() {
  if (from === null) return;
  from = null;
  if (pulled < ENOUGH_PX) place(0);
  else refresh();
  pulled = 0;
}

const place = (distance) => {
  const { style, classList } = top().host;
  style.translate = distance ? `0 ${distance}px` : '';
  classList.toggle('host--pulled', distance > 0);
};

function refresh() {
  const entry = top();
  place(ENOUGH_PX);
  entry.host.classList.add('host--refreshing');
  entry.page.onPullDownRefresh?.();
}

export function stopPullDownRefresh() {
  const { host } = top();
  host.classList.remove('host--refreshing', 'host--pulled');
  host.style.translate = '';
}

export const startPullDownRefresh = refresh;
