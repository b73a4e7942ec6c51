// The words of the demo day, in the language that the phone page speaks.

import { language } from '../js/words.js';
import * as shops from './shop_words.js';

const zh = {
  ...shops.zh,
  title: '演示的一天',
  steps: '推进时间',
  deeds: '人物和活动',
  who: '扮演谁',
  day: '+{n} 天',
  campaign: '跑活动',
  other_language: 'English',
  one_phone: '只看手机',
  chat: '公众号对话',
  miniprogram: '小程序',
  console: '品牌后台',
  login: '账号 {account}　密码 {password}',
  ahead: '快进 {n} 天',
  ahead_hours: '快进 {n} 小时',
  ran: '活动跑完：人群 {members} 人，发券 {coupons} 张，待发消息 {deliveries} 条',
  moving: '正在一天一天推进：积分到账、过期、等级、活动、榜单都照常跑',
  moved: '现在是 {day}',
  no_campaign: '没有进行中的活动',
  away: '服务器没有响应，请看终端里的 make demo',
};
const en = {
  ...shops.en,
  title: 'The demo day',
  steps: 'Move time',
  deeds: 'Her and campaigns',
  who: 'Play whom',
  day: '+{n} days',
  campaign: 'Run campaign',
  other_language: '中文',
  one_phone: 'Phones only',
  chat: 'Official account',
  miniprogram: 'Mini-program',
  console: 'Console',
  login: 'account {account}  password {password}',
  ahead: '{n} days ahead',
  ahead_hours: '{n} hours ahead',
  ran: 'Campaign ran: {members} in the segment, {coupons} coupons, {deliveries} messages to send',
  moving: 'Day by day: points settle and expire, tiers age, campaigns run, boards change season',
  moved: 'It is {day}',
  no_campaign: 'No campaign is in force',
  away: 'The server does not answer: see the terminal of make demo',
};

/** The words for a key, with {names} filled in. */
export function say(key, values = {}) {
  const text = (language() === 'zh' ? zh : en)[key];
  const number = key === 'day' && values.n === 1 ? text.replace('days', 'day') : text;
  return number.replace(/\{(\w+)\}/g, (whole, slot) => values[slot] ?? whole);
}

/** What a shop is called: by its platform; one of the brand's own as on its poster. */
export function shopName({ kind, code, name }, posters) {
  const poster = posters.find(({ scene }) => scene === code);
  const own = (language() === 'zh' ? poster?.name_zh : poster?.name_en) ?? name;
  return kind in shops.zh ? say(kind, { name: own }) : own;
}

/** Fills every element that names its words. */
export function sayAll() {
  for (const node of document.querySelectorAll('[data-say]')) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll('[data-say-label]'))
    node.setAttribute('aria-label', say(node.dataset.sayLabel));
  for (const node of document.querySelectorAll('[data-say-title]'))
    node.title = say(node.dataset.sayTitle);
}

/** What goods or a live room are called. */
export const goodsName = ({ name_zh: inChinese, name_en: inEnglish }) =>
  language() === 'zh' ? inChinese : inEnglish;

export const listed = (names) => names.join(language() === 'zh' ? '、' : ', ');

export const yuan = (fen) => (fen % 100 ? (fen / 100).toFixed(2) : String(fen / 100));
