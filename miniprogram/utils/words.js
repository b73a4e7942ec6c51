// Which language the mini-program speaks: the one she chose here, else her phone's.

const zh = require('../i18n/zh');
const en = require('../i18n/en');

const CHOSEN = 'language';

function language() {
  const chosen = wx.getStorageSync(CHOSEN);
  if (chosen) return chosen;
  return wx.getAppBaseInfo().language.startsWith('zh') ? 'zh' : 'en';
}

const choose = (name) => wx.setStorageSync(CHOSEN, name);
const words = () => (language() === 'zh' ? zh : en);

/** A sentence with its {names} filled in. */
const fill = (sentence, values) =>
  sentence.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole));

module.exports = { language, choose, words, fill };
