// Calls that change which page is shown, and what stands around it.

import { drawFrame, setTabBarItem, setTabBarStyle } from '../frame.js';
import { navigateBack, navigateTo, reLaunch, redirectTo, switchTab, top } from '../pages.js';
import { startPullDownRefresh, stopPullDownRefresh } from '../pulling.js';
import { asynchronous } from './asynchronous.js';

const calls = {
  navigateTo,
  redirectTo,
  switchTab,
  navigateBack,
  reLaunch,
  setTabBarItem,
  setTabBarStyle,
  startPullDownRefresh,
  stopPullDownRefresh,
  setNavigationBarTitle({ title }) {
    top().title = title;
    drawFrame();
  },
  setNavigationBarColor({ frontColor, backgroundColor }) {
    top().colours = { frontColor, backgroundColor };
    drawFrame();
  },
  pageScrollTo({ scrollTop = 0 }) {
    top().host.scrollTo({ top: scrollTop, behavior: 'smooth' });
  },
};

export const navigation = Object.fromEntries(
  Object.entries(calls).map(([name, act]) => [
    name,
    asynchronous(name, (options) => void act(options)),
  ]),
);
