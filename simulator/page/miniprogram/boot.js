// A mini-program in the browser: its own files, unchanged, on WeChat's open-source glass-easel.
// WXML is compiled here by WeChat's compiler; there is no build.

import { startFrame } from './frame.js';
import { openSource, json } from './source.js';
import { openPhone, phone } from './phone.js';
import { layForAll } from './styles.js';
import { startStage } from './stage.js';
import { launch } from './pages.js';
import { makeWx } from './wx/index.js';

globalThis.getRegExp = (pattern, flags) => new RegExp(pattern, flags);
globalThis.getDate = (...parts) => new Date(...parts);

async function boot() {
  await Promise.all([openSource(), openPhone()]);
  document.documentElement.lang = phone.language.startsWith('zh') ? 'zh-CN' : 'en';
  globalThis.wx = makeWx();
  await startStage();
  layForAll('app.wxss');
  startFrame(json('app.json'));
  launch(new URLSearchParams(location.search).get('open'));
  document.documentElement.dataset.ready = 'true';
}

boot().catch((error) => {
  document.documentElement.dataset.ready = 'failed';
  throw error;
});
