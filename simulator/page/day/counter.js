// The shops' desk: choose a shop, goods, a live room; buy, receive, give back; see whose it became.

import { byId, element } from '../js/element.js';
import { becomeMember, buy, complete, memberPage, refund, setShopsClock, stand } from './market.js';
import { orderRow, titleOf } from './order_rows.js';
import { hand, shopsOnPlatforms } from './server.js';
import { goodsName, listed, say, shopName, yuan } from './words.js';

const SHOWN_ORDERS = 5;
const KNOWN_BY = ['account', 'mobile', 'nothing'];

const shown = {
  shops: [],
  posters: [],
  shop: null,
  cart: new Set(),
  room: '',
  knownBy: 'account',
  orders: [],
  stands: new Map(),
  isKnown: true,
  membership: null,
};
let desk = null;
let turn = 0;
let drawn = '';
let isPageOld = true;

/** `told` is the page: active(), day(), isBusy(), once(run), tell(text), refresh(). */
export async function startCounter(told) {
  desk = told;
  await readCounter({ looksAtPage: true });
}

export const showPosters = (posters) => {
  shown.posters = posters;
};

/** Reads the shops and her orders there again, and draws what is new. */
export async function readCounter({ looksAtPage = false } = {}) {
  const mine = ++turn;
  isPageOld ||= looksAtPage; // a later look without it must not lose one with it
  const shops = await shopsOnPlatforms();
  const isChosen = ({ kind, code }) => kind === shown.shop?.kind && code === shown.shop?.code;
  const shop = shops.find(isChosen) ?? shops[0];
  const consumer = desk.active();
  if (!shop || !consumer) return;
  const orders = shop.orders.filter((one) => one.consumer_id === consumer.id).slice(-SHOWN_ORDERS);
  const numbers = orders.map(({ number }) => number);
  const [stood, membership] = await Promise.all([
    numbers.length ? stand(shop, consumer, numbers) : null,
    isPageOld && shop.has_pass ? memberPage(shop, consumer, 'look') : shown.membership,
  ]);
  if (mine !== turn) return;
  isPageOld = false;
  if (!shown.shop && shop.goods.length) shown.cart.add(shop.goods[0].sku);
  Object.assign(shown, { shops, shop, orders: orders.reverse(), membership });
  shown.stands = new Map((stood?.orders ?? []).map((one) => [one.number, one]));
  shown.isKnown = stood?.is_known ?? true;
  const told = JSON.stringify([shop, consumer.id, orders, stood, membership]);
  if (told !== drawn) drawCounter();
  drawn = told;
}

const nameOf = (shop) => shopName(shop, shown.posters);

export function drawCounter() {
  const { shop } = shown;
  if (!shop) return;
  const focused = document.activeElement?.dataset?.key;
  const inside = [
    chips('which_shop', shown.shops.map(shopChip)),
    element('p', { class: 'way' }, say(`way_${shop.kind}`), ...waysIn(shop)),
    chips('goods', shop.goods.map(goodsChip)),
    element('div', { class: 'buying' }, choiceOf(shop), buyButton(shop)),
    element('h3', { class: 'orders__name' }, say('orders')),
    shown.orders?.length === 0 ? element('p', { class: 'orders__none' }, say('none_yet')) : null,
    shown.orders?.length
      ? element('ul', { class: 'orders', 'aria-label': say('orders') }, orderRows(shop))
      : null,
  ];
  byId('counter').replaceChildren(...inside.filter(Boolean));
  if (focused) byId('counter').querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

/** Lets nothing be pressed while something is under way; what is open stays open. */
export function holdCounter() {
  const deeds = byId('counter').querySelectorAll('.deed');
  for (const each of deeds) each.disabled = isOff(each.dataset.key);
}

const isOff = (key) => desk.isBusy() || (key === 'buy' && !inCart(shown.shop).length);

function orderRows(shop) {
  const { stands, isKnown, membership } = shown;
  const isMember = membership?.is_member ?? false;
  const seen = { shop, shopName: nameOf(shop), stands, isKnown, isMember };
  return shown.orders.map((one) => orderRow(one, seen, { button, receive, giveBack }));
}

/** A button whose deed is one of the page's. */
function button(key, text, run, more = {}) {
  const told = { type: 'button', class: 'deed', 'data-key': key, disabled: isOff(key), ...more };
  return element('button', { ...told, on: { click: () => desk.once(run) } }, text);
}

const chips = (name, inside) =>
  element('div', { class: 'chips', role: 'group', 'aria-label': say(name) }, inside);

function chip(key, text, isChosen, choose) {
  const told = { type: 'button', class: 'chip', 'data-key': key, 'aria-pressed': String(isChosen) };
  return element('button', { ...told, on: { click: choose } }, text);
}

function shopChip(shop) {
  return chip(`shop ${shop.kind}`, nameOf(shop), shop === shown.shop, () => {
    if (shop !== shown.shop) {
      Object.assign(shown, { shop, room: '', orders: null, membership: null });
      drawn = '';
      drawCounter();
    }
    readCounter({ looksAtPage: true }).catch(() => desk.tell(say('away')));
  });
}

function goodsChip(goods) {
  const isIn = shown.cart.has(goods.sku);
  return chip(`goods ${goods.sku}`, `${goodsName(goods)} ¥${yuan(goods.price_fen)}`, isIn, () => {
    if (isIn) shown.cart.delete(goods.sku);
    else shown.cart.add(goods.sku);
    drawCounter();
  });
}

/** By what a shop comes to know her, beside her orders. */
function waysIn(shop) {
  if (shop.kind === 'pos') return [' ', button('scan', say('scan'), scanPoster)];
  if (shop.kind === 'douyin') return [' ', button('join', say('join_douyin'), joinDouyin)];
  if (!shop.has_pass || !shown.membership) return [];
  const { is_member: isMember, point, level } = shown.membership;
  if (isMember === null) return [' ', say('member_lost')];
  if (!isMember) return [' ', say('member_no'), ' ', button('join', say('join'), join)];
  const figures = { points: point ?? '–', level: level ?? '–' };
  return [' ', say('member_yes', figures), ' ', button('leave', say('leave'), leave)];
}

/** Where she buys in a shop with live rooms, or how a till knows her. */
function choiceOf(shop) {
  if (shop.kind === 'pos') {
    const ways = KNOWN_BY.map((by) => [by, say(`by_${by}`)]);
    return choice('known_by', ways, shown.knownBy, (by) => {
      shown.knownBy = by;
    });
  }
  if (!shop.live_rooms.length) return null;
  const rooms = shop.live_rooms.map((room, place) => [String(place), goodsName(room)]);
  return choice('live', [['', say('no_live')], ...rooms], shown.room, (place) => {
    shown.room = place;
  });
}

function choice(name, options, now, choose) {
  const on = { change: ({ target }) => choose(target.value) };
  return element(
    'label',
    { class: 'choice' },
    element('span', {}, say(name)),
    element(
      'select',
      { class: 'who__select', 'data-key': name, on },
      options.map(([value, text]) => element('option', { value, selected: value === now }, text)),
    ),
  );
}

const inCart = (shop) => shop.goods.filter(({ sku }) => shown.cart.has(sku));

function buyButton(shop) {
  const goods = inCart(shop);
  const total = goods.reduce((sum, { price_fen: fen }) => sum + fen, 0);
  return button('buy', say('buy', { yuan: yuan(total) }), buyNow, { class: 'deed deed--main' });
}

const who = () => desk.active().nickname;

async function after(text, more) {
  desk.tell(text);
  await readCounter(more);
  desk.refresh();
}

async function buyNow() {
  const { shop, knownBy } = shown;
  const [goods, room] = [inCart(shop), shop.live_rooms[shown.room]];
  await setShopsClock(desk.day());
  const { points, paid_fen, whose, card } = await buy(shop, desk.active(), { goods, room, knownBy });
  const figures = { who: who(), shop: nameOf(shop), what: listed(goods.map(goodsName)) };
  const said = [say('bought', { ...figures, yuan: yuan(paid_fen), points })];
  if (whose === 'anothers') said.push(say('not_hers', { ...figures, card }));
  if (whose === 'nobodys') said.push(say('nobodys'));
  await after(said.join(say('stop')), { looksAtPage: true });
}

async function receive(order) {
  const { shop } = shown;
  await setShopsClock(desk.day());
  await complete(shop, desk.active(), order);
  const what = listed(order.lines.map((line) => titleOf(line, shop)));
  await after(say('completed', { who: who(), what }));
}

async function giveBack(order, line) {
  const { shop } = shown;
  await setShopsClock(desk.day());
  const { before, after: now } = await refund(shop, desk.active(), order, line);
  const figures = {
    yuan: yuan(now.refunded_fen - before.refunded_fen),
    points: now.points - before.points,
  };
  await after(say('refunded', { who: who(), what: titleOf(line, shop), ...figures }));
}

async function join() {
  const said = await memberPage(shown.shop, desk.active(), 'join');
  const code = Object.values(said.codes).at(-1) || '–';
  const text = say(said.is_member ? 'joined' : 'joined_not', { who: who(), code });
  await after(text, { looksAtPage: true });
}

async function joinDouyin() {
  await becomeMember(shown.shop, desk.active());
  await after(say('joined_douyin', { who: who() }));
}

async function leave() {
  await memberPage(shown.shop, desk.active(), 'leave');
  await after(say('left', { who: who() }), { looksAtPage: true });
}

async function scanPoster() {
  const { shop } = shown;
  await hand(desk.active(), 'scan', { scene: shop.code });
  await after(say('scanned', { who: who(), shop: nameOf(shop) }));
}
