// The stack of pages: opened, hidden, shown and ended as WeChat does it. Tab pages stay alive.

import { drawFrame } from './frame.js';
import { has, json, requireFile } from './source.js';
import { makePage } from './stage.js';

export const MOST_PAGES = 10;
const stack = [];
const tabs = new Map();
let app = {};

export const top = () => stack.at(-1);
export const depth = () => stack.length;
export const isTab = (path) =>
  (json('app.json').tabBar?.list ?? []).some((tab) => tab.pagePath === path);

globalThis.App = (given) => {
  app = given;
};
globalThis.getApp = () => app;
globalThis.getCurrentPages = () => stack.map(({ page }) => page);

/** Starts the app at `url`, or at its first page. */
export function launch(url) {
  const start = url || `/${json('app.json').pages[0]}`;
  const { path, query } = parsed(start);
  requireFile('app');
  app.onLaunch?.({ path, query, scene: 1001 });
  app.onShow?.({ path, query, scene: 1001 });
  open(path, query);
}

function parsed(url) {
  const here = top()?.path ?? '';
  const [asked, words = ''] = url.split('?');
  const path = asked.startsWith('/')
    ? asked.slice(1)
    : new URL(asked, `http://x/${here}`).pathname.slice(1);
  if (!json('app.json').pages.includes(path) || !has(`${path}.wxml`))
    throw new Error(`page "${path}" is not found`);
  return { path, query: Object.fromEntries(new URLSearchParams(words)) };
}

function open(path, query) {
  const kept = tabs.get(path);
  if (kept) {
    stack.push(kept);
    return show();
  }
  const host = document.createElement('section');
  host.className = 'host';
  host.dataset.page = path;
  host.addEventListener('scroll', () => reach(path, host), { passive: true });
  document.getElementById('stack').append(host);
  const made = makePage(path, host);
  const entry = { path, host, query, ...made, title: null, colours: null };
  made.page.route = path;
  made.page.options = query;
  stack.push(entry);
  if (isTab(path)) tabs.set(path, entry);
  made.page.onLoad?.(query);
  return show(true);
}

const END_PX = 50;

function reach(path, host) {
  const isAtEnd = host.scrollHeight - host.scrollTop - host.clientHeight < END_PX;
  if (isAtEnd && top()?.host === host) top().page.onReachBottom?.();
}

function show(isNew = false) {
  const entry = top();
  entry.host.hidden = false;
  drawFrame(entry);
  entry.page.onShow?.();
  if (isNew) entry.page.onReady?.();
}

function hide() {
  const entry = top();
  if (!entry) return;
  entry.host.hidden = true;
  entry.page.onHide?.();
}

function end() {
  const entry = stack.pop();
  if (tabs.get(entry.path) === entry) {
    entry.host.hidden = true;
    entry.page.onHide?.();
    return;
  }
  drop(entry);
}

function drop(entry) {
  entry.page.onUnload?.();
  entry.end();
  entry.host.remove();
}

export function navigateTo({ url }) {
  const { path, query } = parsed(url);
  if (isTab(path)) throw new Error('can not navigateTo a tabbar page');
  if (stack.length >= MOST_PAGES) throw new Error('webview count limit exceed');
  hide();
  open(path, query);
}

export function redirectTo({ url }) {
  const { path, query } = parsed(url);
  if (isTab(path)) throw new Error('can not redirectTo a tabbar page');
  end();
  open(path, query);
}

export function switchTab({ url }) {
  const { path } = parsed(url);
  if (!isTab(path)) throw new Error('can not switch to no-tabBar page');
  if (top()?.path === path) return;
  while (stack.length) end();
  open(path, {});
}

export function navigateBack({ delta = 1 } = {}) {
  if (stack.length < 2) throw new Error('cannot navigate back at first page.');
  for (let left = Math.min(delta, stack.length - 1); left > 0; left -= 1) end();
  show();
}

export function reLaunch({ url }) {
  const { path, query } = parsed(url);
  const all = new Set([...stack, ...tabs.values()]);
  stack.length = 0;
  tabs.clear();
  all.forEach(drop);
  open(path, query);
}
