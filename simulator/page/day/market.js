// What she does in a shop: its simulated platform is told, and tells the server in its own way.

import { Refused, demo, play } from './server.js';
import { say } from './words.js';

const LOOK_MS = 300;
const ASK_MS = 1_000;
const PATIENCE_MS = 20_000;
// JD pushes nothing: it is asked, as the server does every few minutes.
const ASKED = ['jd'];

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export const pathOf = ({ kind, code }) => `/${kind}/${encodeURIComponent(code)}`;

const orderPath = (shop, { number }) => `${pathOf(shop)}/orders/${number}`;

/** Lets all shops live on the server's day. */
export const setShopsClock = ({ ahead_seconds }) => play('/clock', { ahead_seconds });

/** Places and pays an order. Returns how it stands. Raises: Refused, Away. */
export async function buy(shop, consumer, { goods, room, knownBy }) {
  const { room_id, talent_id, talent_name } = room ?? {};
  const sold = { room_id, talent_id, talent_name };
  const lines = goods.map(({ sku, name_zh: title, price_fen }) => ({ sku, title, price_fen, ...sold }));
  const by = shop.kind === 'pos' ? { known_by: knownBy } : {};
  const order = await play(`${pathOf(shop)}/orders`, { consumer_id: consumer.id, lines, ...by });
  return landed(shop, order, consumer, () => true);
}

/** She has got what she bought. Raises: Refused, Away. */
export async function complete(shop, consumer, order) {
  if (order.state === 'paid') await play(`${orderPath(shop, order)}/ship`);
  await play(`${orderPath(shop, order)}/complete`);
  return landed(shop, order, consumer, ({ state }) => state === 'completed');
}

/** The shop gives the rest of one line back. Returns the order before and after. */
export async function refund(shop, consumer, order, line) {
  const before = await landed(shop, order, consumer, () => true);
  await play(`${orderPath(shop, order)}/refund`, { line_key: line.key });
  const isBack = ({ refunded_fen: fen }) => fen > before.refunded_fen;
  return { before, after: await landed(shop, order, consumer, isBack) };
}

/** The member page of a shop with a pass: she looks, joins or leaves. */
export const memberPage = (shop, consumer, deed) =>
  play(`${pathOf(shop)}/members/${deed}`, { consumer_id: consumer.id });

/** She joins a shop whose platform is asked who joined; she agrees to give her number. */
export const becomeMember = (shop, { id, mobile }) =>
  play(`${pathOf(shop)}/members/${id}`, { mobile });

/** How orders of a shop stand with the server. */
export function stand({ kind, code }, { openid, unionid }, numbers) {
  return demo('POST', '/orders', { kind, code, numbers, openid, unionid });
}

/** Waits until the server has recorded what the platform told it, or says why it cannot. */
async function landed(shop, order, consumer, isSo) {
  const ends = Date.now() + PATIENCE_MS;
  const { kind, code } = shop;
  while (Date.now() < ends) {
    if (ASKED.includes(kind)) await demo('POST', '/shops/read', { kind, code });
    const [found] = (await stand(shop, consumer, [order.number])).orders;
    if (found.state && isSo(found)) return found;
    if (found.parked) throw new Refused(say('parked', { reason: found.parked }));
    await sleep(ASKED.includes(kind) ? ASK_MS : LOOK_MS);
  }
  throw new Refused(say('late'));
}
