// Her orders in one shop: how each stands with the server, whose it became and why, line by line.

import { element } from '../js/element.js';
import { goodsName, say, yuan } from './words.js';

/**
 * One order. `seen` holds the shop, the stands by number, isKnown, isMember and the shop's name;
 * `hands` draws its buttons: button(key, text, run, more), receive(order), giveBack(order, line).
 */
export function orderRow(order, seen, hands) {
  const told = seen.stands.get(order.number);
  const canReceive = ['paid', 'shipped'].includes(order.state) && told?.state !== 'refunded';
  const why = told && reason(told, order, seen);
  return element(
    'li',
    { class: 'order', 'data-number': order.number },
    element(
      'div',
      { class: 'order__head' },
      element('b', { class: 'order__number' }, order.number),
      tag(say(`state_${told?.state ?? 'waiting'}`)),
      ...(told?.state ? tags(told) : []),
    ),
    told?.brought_by.length ? words(say('brought', { names: hosts(told, seen.shop) })) : null,
    why ? words(why) : null,
    element(
      'ul',
      { class: 'lines' },
      order.lines.map((line) => lineRow(order, line, { told, seen, hands })),
    ),
    canReceive
      ? hands.button(`complete ${order.number}`, say('complete'), () => hands.receive(order))
      : null,
  );
}

/** What a line is called in the reader's language. */
export function titleOf({ sku, title }, { goods }) {
  const sold = goods.find((one) => one.sku === sku);
  return sold ? goodsName(sold) : title;
}

const tag = (text, more = '') => element('span', { class: `tag${more}` }, text);

const words = (text) => element('p', { class: 'order__why' }, text);

const tags = (told) => [
  tag(told.points ? say('earned', told) : say('earned_none'), ' tag--good'),
  tag(say(told.whose, told), told.whose === 'hers' ? ' tag--good' : ' tag--late'),
];

/** Live room and host, as their platform's codes are called here. */
function hosts({ brought_by: broughtBy }, { live_rooms: rooms }) {
  const names = broughtBy.map(({ code, name }) => {
    const room = rooms.find((one) => one.room_id === code || (!name && one.talent_id === code));
    return room ? goodsName(room) : name || code;
  });
  return names.join(' · ');
}

/** Why an order is not hers, and what makes it hers. */
function reason(told, { buyer_mobile: mobile }, { shop, shopName, isKnown, isMember }) {
  if (told.parked) return say('parked', { reason: told.parked });
  if (!told.state || told.whose !== 'anothers') return null;
  if (!isKnown) return say('why_new');
  if (shop.kind === 'tmall') return say(isMember ? 'why_tmall_phone' : 'why_tmall_join');
  if (shop.kind === 'douyin') return say('why_douyin', { card: told.card });
  if (shop.kind === 'wechat_shop') return say('why_wechat_shop');
  if (shop.kind === 'pos' && mobile) return say('why_pos');
  return say('why_shop', { shop: shopName, card: told.card });
}

function lineRow(order, line, { told, seen, hands }) {
  const back = order.refunds
    .filter(({ line_key: key }) => key === line.key)
    .reduce((sum, { amount_fen: fen }) => sum + fen, 0);
  const canGiveBack = told?.state && !back && order.state !== 'closed';
  const title = titleOf(line, seen.shop);
  const named = { 'aria-label': `${say('refund')} ${title}` };
  return element(
    'li',
    { class: 'line' },
    element('span', {}, `${title} ¥${yuan(line.price_fen * line.quantity)}`),
    back ? tag(say('line_back', { yuan: yuan(back) })) : null,
    canGiveBack
      ? hands.button(`refund ${line.key}`, say('refund'), () => hands.giveBack(order, line), named)
      : null,
  );
}
