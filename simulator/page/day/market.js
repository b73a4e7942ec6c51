// What she does in a shop on a platform: its simulated platform is told, and tells the server.

import { language } from '../js/words.js';
import { Refused, demo, play, shopsOnPlatforms } from './server.js';
import { say } from './words.js';

const LOOK_MS = 250;
const PATIENCE_MS = 15_000;
// She watches a broadcast while she buys.
const ROOM = '7411111111111111111';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Buys, completes or gives back. Returns what came of it. Raises: Refused, Away. */
export const inShop = (shop, consumer, action, day) =>
  ({ buy, complete, refund })[action](shop, consumer, day);

async function buy(shop, consumer, { ahead_seconds: ahead }) {
  const { goods, orders } = shop;
  if (!goods.length) throw new Refused(say('nothing_for_sale'));
  const { sku, name_zh: title, price_fen } = goods[orders.length % goods.length];
  await play('/clock', { ahead_seconds: ahead });
  const wish = { consumer_id: consumer.id, lines: [{ sku, title, price_fen, room_id: ROOM }] };
  const order = await play(`${pathOf(shop)}/orders`, wish);
  return told(shop, order, await landed(shop, order, consumer, () => true));
}

async function complete(shop, consumer, { ahead_seconds: ahead }) {
  const order = await newest(shop, consumer, ['paid', 'shipped']);
  await play('/clock', { ahead_seconds: ahead });
  const path = `${pathOf(shop)}/orders/${order.number}`;
  if (order.state === 'paid') await play(`${path}/ship`);
  await play(`${path}/complete`);
  const isDone = ({ state }) => state === 'completed';
  return told(shop, order, await landed(shop, order, consumer, isDone));
}

async function refund(shop, consumer, { ahead_seconds: ahead }) {
  const order = await newest(shop, consumer, ['paid', 'shipped', 'completed']);
  const before = await landed(shop, order, consumer, () => true);
  await play('/clock', { ahead_seconds: ahead });
  for (const { key } of order.lines)
    await play(`${pathOf(shop)}/orders/${order.number}/refund`, { line_key: key });
  const isBack = ({ paid_fen: paid, refunded_fen: refunded }) => refunded === paid;
  const after = await landed(shop, order, consumer, isBack);
  return told(shop, order, { ...after, points: after.points - before.points });
}

const pathOf = ({ kind, code }) => `/${kind}/${code}`;

/** What came of an order, with its first thing as the reader calls it. */
function told({ goods }, { lines: [{ sku, title }] }, sold) {
  const thing = goods.find((one) => one.sku === sku);
  const name = thing && (language() === 'zh' ? thing.name_zh : thing.name_en);
  return { ...sold, title: name ?? title };
}

/** Her newest order that is in one of these states and has nothing given back. */
async function newest({ kind, code }, { unionid }, states) {
  const shops = await shopsOnPlatforms();
  const { orders } = shops.find((shop) => shop.kind === kind && shop.code === code);
  const found = orders.findLast(
    (order) =>
      order.buyer_unionid === unionid && states.includes(order.state) && !order.refunds.length,
  );
  if (!found) throw new Refused(say('no_order_left'));
  return found;
}

/** Waits until the server has recorded what the platform told it. */
async function landed({ kind, code }, { number }, { openid, unionid }, isSo) {
  const ends = Date.now() + PATIENCE_MS;
  while (Date.now() < ends) {
    const { order } = await demo('POST', '/orders', { kind, code, number, openid, unionid });
    if (order && isSo(order)) return order;
    await sleep(LOOK_MS);
  }
  throw new Refused(say('late'));
}
