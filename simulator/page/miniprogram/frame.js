// What WeChat draws around a page: the bar with its title and capsule, the tabs, pull to refresh.

import { element } from '../js/element.js';
import { icon } from '../js/icons.js';
import { startHover } from './elements/tapping.js';
import { depth, isTab, navigateBack, reLaunch, switchTab, top } from './pages.js';
import { phone, say } from './phone.js';
import { startPulling } from './pulling.js';
import { openSettings } from './sheets/authorizations.js';
import { openWallet } from './sheets/wallet.js';
import { showActionSheet } from './sheets/dialogs.js';
import { json, pictureAddress } from './source.js';

const byId = (id) => document.getElementById(id);
const shown = { tabs: [], style: {} };

export function startFrame(app) {
  shown.tabs = (app.tabBar?.list ?? []).map((tab) => ({ ...tab }));
  shown.style = { color: app.tabBar?.color, selectedColor: app.tabBar?.selectedColor };
  byId('back').append(icon('back'));
  byId('back').setAttribute('aria-label', say('返回', 'Back'));
  byId('back').addEventListener('click', () => navigateBack());
  drawCapsule();
  new ResizeObserver(measure).observe(byId('stack'));
  startHover(byId('stack'));
  startPulling(byId('stack'));
}

// `vh` in a page counts the page's own window, without the bars.
function measure() {
  const { style } = document.documentElement;
  style.setProperty('--vh', `${byId('stack').clientHeight / 100}px`);
}

function drawCapsule() {
  const button = (label, sign, run) =>
    element(
      'button',
      { type: 'button', class: 'capsule__button', 'aria-label': label, on: { click: run } },
      icon(sign),
    );
  byId('capsule').append(
    button(say('更多', 'More'), 'dots', openMore),
    button(say('关闭小程序', 'Close the mini-program'), 'program', () =>
      window.parent.postMessage({ miniprogram: 'close' }, location.origin),
    ),
  );
}

async function openMore() {
  const items = [
    [say('刷新这一页', 'Refresh this page'), () => top().page.onPullDownRefresh?.()],
    [
      say('重新进入小程序', 'Start the mini-program again'),
      () => reLaunch({ url: `/${json('app.json').pages[0]}` }),
    ],
    phone.isPushedTo && [say('设置', 'Settings'), openSettings],
    phone.hasWallet && [say('微信支付卡包', 'WeChat Pay wallet'), openWallet],
  ].filter(Boolean);
  const itemList = items.map(([name]) => name);
  const { tapIndex } = await showActionSheet({ itemList }).catch(() => ({}));
  await items[tapIndex]?.[1]();
}

/** The window settings of a page: its own over the app's. */
export const settingsOf = (path) => ({ ...json('app.json').window, ...json(`${path}.json`) });

export function drawFrame(entry = top()) {
  if (entry !== top()) return;
  const settings = settingsOf(entry.path);
  byId('title').textContent = entry.title ?? settings.navigationBarTitleText ?? '';
  document.title = byId('title').textContent;
  const { backgroundColor, frontColor } = entry.colours ?? {
    backgroundColor: settings.navigationBarBackgroundColor ?? '#000000',
    frontColor: settings.navigationBarTextStyle === 'black' ? '#000000' : '#ffffff',
  };
  document.body.style.setProperty('--bar', backgroundColor);
  document.body.style.setProperty('--on-bar', frontColor);
  byId('back').hidden = depth() < 2;
  drawTabs(entry);
}

function drawTabs(entry) {
  byId('tabs').hidden = !isTab(entry.path);
  if (!isTab(entry.path)) return;
  byId('tabs').replaceChildren(
    ...shown.tabs.map((tab) => {
      const selected = tab.pagePath === entry.path;
      return element(
        'button',
        {
          type: 'button',
          class: 'tab',
          role: 'tab',
          'aria-selected': String(selected),
          style: `color: ${selected ? shown.style.selectedColor : shown.style.color}`,
          on: { click: () => switchTab({ url: `/${tab.pagePath}` }) },
        },
        element('img', {
          class: 'tab__sign',
          alt: '',
          src: pictureAddress('', (selected && tab.selectedIconPath) || tab.iconPath),
        }),
        tab.text,
      );
    }),
  );
}

function requireTab() {
  if (!isTab(top()?.path)) throw new Error('not TabBar page');
}

export function setTabBarItem({ index, text, iconPath, selectedIconPath }) {
  requireTab();
  if (!shown.tabs[index]) throw new Error('tabbar item not found');
  const given = { text, iconPath, selectedIconPath };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined) shown.tabs[index][name] = value;
  }
  if (top()) drawFrame();
}

export function setTabBarStyle({ color, selectedColor }) {
  requireTab();
  if (color) shown.style.color = color;
  if (selectedColor) shown.style.selectedColor = selectedColor;
  if (top()) drawFrame();
}
