// The brand's shops: she buys there, and what she bought is shipped, received or given back. The
// shop tells the server; what the server makes of it shows in the chat and the mini-program.

import { element } from './element.js';
import { once } from './once.js';
import { play } from './play.js';
import { openSheet } from './sheets.js';
import { complain, toast } from './toast.js';
import { language, t } from './words.js';
import { world } from './world.js';

const SHOWN_ORDERS = 3;
const KINDS = {
  tmall: 'market.tmall',
  taobao: 'market.taobao',
  jd: 'market.jd',
  douyin: 'market.douyin',
  wechat_shop: 'market.wechat_shop',
};
const KNOWN_BY = {
  account: 'market.by_account',
  mobile: 'market.by_mobile',
  nothing: 'market.by_nothing',
};
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
};
const NEXT = { paid: ['ship'], shipped: ['complete'] };
const chosen = { shop: '', room: '', knownBy: 'account' };

const keyOf = ({ kind, code }) => `${kind} ${code}`;

/** Opens the sheet of one shop; after each deed it shows how her orders stand there. */
export async function openMarket() {
  const shops = await play.shops();
  const shop = shops.find((one) => keyOf(one) === chosen.shop) ?? shops[0];
  openSheet({
    title: t('market.title'),
    kind: 'market',
    body: [
      element('p', { class: 'market__line' }, shop ? t('market.line') : t('market.none')),
      ...(shop ? [choices(shops, shop), shelf(shop)] : []),
    ],
  });
}

function choices(shops, shop) {
  const named = shops.map((one) => [keyOf(one), shopName(one)]);
  const places = shop.live_rooms.map((room, place) => [String(place), goodsName(room)]);
  const rooms = [['', t('market.no_live')], ...places];
  const ways = Object.entries(KNOWN_BY).map(([by, key]) => [by, t(key)]);
  const go = (name, value) => {
    chosen[name] = value;
    if (name !== 'shop') return;
    chosen.room = '';
    openMarket().catch(complain);
  };
  return element(
    'div',
    { class: 'market__choices' },
    choice('market.shop', named, keyOf(shop), (key) => go('shop', key)),
    places.length ? choice('market.live', rooms, chosen.room, (at) => go('room', at)) : null,
    shop.kind === 'pos'
      ? choice('market.known_by', ways, chosen.knownBy, (by) => go('knownBy', by))
      : null,
    shop.has_pass ? deed(t('market.join'), '', () => join(shop)) : null,
  );
}

function choice(label, options, now, choose) {
  return element(
    'label',
    { class: 'market__choice' },
    element('span', {}, t(label)),
    element(
      'select',
      { class: 'market__select', on: { change: ({ target }) => choose(target.value) } },
      options.map(([value, text]) => element('option', { value, selected: value === now }, text)),
    ),
  );
}

function shelf(shop) {
  const hers = shop.orders.filter((order) => order.consumer_id === world.activeId);
  return element(
    'section',
    { class: 'shelf', 'aria-label': shopName(shop) },
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

function shopName({ kind, code, name }) {
  if (KINDS[kind]) return t(KINDS[kind]);
  const poster = world.shops.find(({ scene }) => scene === code);
  return poster ? t('market.pos', { name: goodsName(poster) }) : name;
}

const goodsName = (goods) => (language() === 'zh' ? goods.name_zh : goods.name_en);

const yuan = (fen) => `¥${(fen / 100).toFixed(0)}`;

function offer(shop, goods) {
  const { sku, name_zh: title, price_fen } = goods;
  const done = t('market.bought', { what: goodsName(goods) });
  const run = () => {
    const { room_id, talent_id, talent_name } = shop.live_rooms[chosen.room] ?? {};
    const lines = [{ sku, title, price_fen, room_id, talent_id, talent_name }];
    const by = shop.kind === 'pos' ? { known_by: chosen.knownBy } : {};
    return play.buy(shop, { consumer_id: world.activeId, lines, ...by });
  };
  return deed(`${goodsName(goods)} ${yuan(price_fen)}`, done, run);
}

function bought(shop, order) {
  const isBack = order.lines.every((line) => givenBack(order, line));
  const state = isBack ? 'refunded' : order.state;
  return [
    element(
      'span',
      { class: 'bought__words' },
      element('span', { class: 'bought__state' }, t(STATES[state])),
      element('span', { class: 'bought__number' }, order.number),
    ),
    ...(isBack ? [] : (NEXT[order.state] ?? [])).map((action) => {
      const [label, done] = DEEDS[action].map((key) => t(key));
      return deed(label, done, () => play.order(shop, order, action));
    }),
    ...order.lines.map((line) => boughtLine(shop, order, { line, isBack })),
  ];
}

const givenBack = (order, { key }) => order.refunds.some(({ line_key: line }) => line === key);

function boughtLine(shop, order, { line, isBack }) {
  const isLineBack = givenBack(order, line);
  const sold = shop.goods.find((goods) => goods.sku === line.sku);
  const canGiveBack = ['paid', 'shipped', 'completed'].includes(order.state);
  return element(
    'span',
    { class: 'bought__line' },
    element('span', {}, `${sold ? goodsName(sold) : line.title} ${yuan(line.price_fen)}`),
    isLineBack && !isBack
      ? element('span', { class: 'bought__state' }, t('market.state_refunded'))
      : null,
    canGiveBack && !isLineBack
      ? deed(t('market.refund'), t('market.done_refund'), () =>
          play.order(shop, order, 'refund', { line_key: line.key }),
        )
      : null,
  );
}

async function join(shop) {
  const said = await play.memberPage(shop, 'join', world.activeId);
  const code = Object.values(said.codes).at(-1) || '–';
  return said.is_member ? t('market.joined') : t('market.joined_not', { code });
}

/** What was done is said by ``done``, or by what the deed itself returns. */
function deed(label, done, act) {
  const run = async () => {
    const said = await act();
    await openMarket();
    toast(done || said);
  };
  const click = () => once(`market ${world.activeId} ${label}`, run).catch(complain);
  return element('button', { type: 'button', class: 'chip', on: { click } }, label);
}
