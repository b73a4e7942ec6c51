// The words of the demo day, in the language that the phone page speaks.

import { language } from '../js/words.js';

const zh = {
  title: '演示的一天',
  steps: '推进时间',
  deeds: '替她下单',
  who: '扮演谁',
  where: '在哪家店',
  tmall: '天猫',
  wechat_shop: '微信小店',
  douyin: '抖店',
  day: '+{n} 天',
  buy: '下单',
  complete: '确认收货',
  refund: '退款',
  campaign: '跑活动',
  other_language: 'English',
  one_phone: '只看手机',
  chat: '公众号对话',
  miniprogram: '小程序',
  console: '品牌后台',
  login: '账号 {account}　密码 {password}',
  ahead: '快进 {n} 天',
  ahead_hours: '快进 {n} 小时',
  bought: '{who} 在{shop}买了{what}，{yuan} 元：+{points} 积分待到账',
  completed: '{who} 收到了{what}：过了退货期，积分就到账',
  refunded: '{who} 退了{what}，{yuan} 元：{points} 积分',
  not_hers: '{shop}不说她是谁：积分先记在那边的买家名下。',
  no_order_left: '这家店里没有她可以处理的订单了',
  nothing_for_sale: '没有在售的商品',
  late: '平台已经通知，服务器还没有记下：请看终端里的 make demo',
  ran: '活动跑完：人群 {members} 人，发券 {coupons} 张，待发消息 {deliveries} 条',
  moving: '正在一天一天推进：积分到账、过期、等级、活动、榜单都照常跑',
  moved: '现在是 {day}',
  no_campaign: '没有进行中的活动',
  away: '服务器没有响应，请看终端里的 make demo',
};
const en = {
  title: 'The demo day',
  steps: 'Move time',
  deeds: 'Buy for her',
  who: 'Play whom',
  where: 'In which shop',
  tmall: 'Tmall',
  wechat_shop: 'WeChat Shop',
  douyin: 'Douyin',
  day: '+{n} days',
  buy: 'Buy',
  complete: 'Complete',
  refund: 'Refund',
  campaign: 'Run campaign',
  other_language: '中文',
  one_phone: 'Phones only',
  chat: 'Official account',
  miniprogram: 'Mini-program',
  console: 'Console',
  login: 'account {account}  password {password}',
  ahead: '{n} days ahead',
  ahead_hours: '{n} hours ahead',
  bought: '{who} bought {what} on {shop} for ¥{yuan}: +{points} points, pending',
  completed: '{who} received {what}: its points are hers after the return window',
  refunded: '{who} gave {what} back, ¥{yuan}: {points} points',
  not_hers: '{shop} does not say who she is: the points wait with its buyer.',
  no_order_left: 'No order of hers is left in this shop',
  nothing_for_sale: 'Nothing is for sale',
  late: 'The platform has told it, and the server has not recorded it yet: see make demo',
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

/** What a shop is called: by its platform, else by its own name. */
export const shopName = ({ kind, name }) => (language() === 'zh' ? zh : en)[kind] ?? name;

/** Fills every element that names its words. */
export function sayAll() {
  for (const node of document.querySelectorAll('[data-say]')) node.textContent = say(node.dataset.say);
  for (const node of document.querySelectorAll('[data-say-label]'))
    node.setAttribute('aria-label', say(node.dataset.sayLabel));
  for (const node of document.querySelectorAll('[data-say-title]'))
    node.title = say(node.dataset.sayTitle);
}
