// Shops on platforms: she buys there, and what she bought is shipped, received or given back. The
// platform tells the server; what the server makes of it shows in the chat and the mini-program.

import { element } from './element.js';
import { once } from './once.js';
import { play } from './play.js';
import { openSheet } from './sheets.js';
import { complain, toast } from './toast.js';
import { language, t } from './words.js';
import { world } from './world.js';

const SHOWN_ORDERS = 3;
const KINDS = { douyin: 'market.douyin', wechat_shop: 'market.wechat_shop' };
const STATES = {
  unpaid: 'market.state_unpaid',
  paid: 'market.state_paid',
  shipped: 'market.state_shipped',
  completed: 'market.state_completed',
  closed: 'market.state_closed',
  refunded: 'market.state_refunded',
};
// What can be done with an order, and how it is said once it is done.
const DEEDS = {
  ship: ['market.ship', 'market.done_ship'],
  complete: ['market.complete', 'market.done_complete'],
  refund: ['market.refund', 'market.done_refund'],
};
const NEXT = { paid: ['ship', 'refund'], shipped: ['complete', 'refund'], completed: ['refund'] };

/** Opens the sheet of all shops; after each deed it shows how her orders stand. */
export async function openMarket() {
  const shops = await play.shops();
  openSheet({
    title: t('market.title'),
    kind: 'market',
    body: [
      element('p', { class: 'market__line' }, shops.length ? t('market.line') : t('market.none')),
      ...shops.map(shelf),
    ],
  });
}

function shelf(shop) {
  const hers = shop.orders.filter((order) => order.buyer_unionid === world.active?.unionid);
  return element(
    'section',
    { class: 'shelf', 'aria-label': shopName(shop) },
    element('h3', { class: 'shelf__name' }, shopName(shop)),
    element('div', { class: 'chips' }, shop.goods.map((goods) => offer(shop, goods))),
    element(
      'ul',
      { class: 'bought' },
      hers
        .slice(-SHOWN_ORDERS)
        .reverse()
        .map((order) => element('li', { class: 'bought__order' }, bought(shop, order))),
    ),
  );
}

const shopName = ({ kind, name }) => (KINDS[kind] ? t(KINDS[kind]) : name);

const goodsName = (goods) => (language() === 'zh' ? goods.name_zh : goods.name_en);

const yuan = (fen) => `¥${(fen / 100).toFixed(0)}`;

function offer(shop, goods) {
  const { sku, name_zh: title, price_fen } = goods;
  const wish = { consumer_id: world.activeId, lines: [{ sku, title, price_fen }] };
  const done = t('market.bought', { what: goodsName(goods) });
  return deed(`${goodsName(goods)} ${yuan(price_fen)}`, done, () => play.buy(shop, wish));
}

function bought(shop, order) {
  const [{ sku, title, price_fen: price }] = order.lines;
  const sold = shop.goods.find((goods) => goods.sku === sku);
  const isBack = order.refunds.length > 0;
  const state = isBack ? 'refunded' : order.state;
  return [
    element(
      'span',
      { class: 'bought__words' },
      element('span', {}, `${sold ? goodsName(sold) : title} ${yuan(price)}`),
      element('span', { class: 'bought__state' }, t(STATES[state])),
    ),
    ...(isBack ? [] : (NEXT[order.state] ?? [])).map((action) => {
      const [label, done] = DEEDS[action].map((key) => t(key));
      return deed(label, done, () => play.order(shop, order, action));
    }),
  ];
}

function deed(label, done, act) {
  const run = async () => {
    await act();
    await openMarket();
    toast(done);
  };
  const click = () => once(`market ${world.activeId} ${label}`, run).catch(complain);
  return element('button', { type: 'button', class: 'chip', on: { click } }, label);
}
