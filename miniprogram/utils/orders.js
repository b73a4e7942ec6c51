// An order of the own store, or a purchase in any shop, as people read it.

const clock = require('./clock');
const { day, grouped, left, minute, yuan } = require('./format');
const { address } = require('./query');
const { fill, words } = require('./words');

const REVIEW = '/pages/review/review';

/** Where her review of a line is written or read, and what the button is called; nothing for none. */
function reviewing(purchase, { sku, name, can_review: canReview, review }) {
  const spoken = words().purchases;
  if (review) return { review: address(REVIEW, { uuid: review }), wish: spoken.reviewed };
  if (canReview) return { review: address(REVIEW, { purchase, sku, name }), wish: spoken.review };
  return {};
}

/** Its points, and when they can be spent. */
function points(brought) {
  if (!brought || !brought.points) return '';
  const spoken = words().order;
  const some = fill(spoken.points, { n: grouped(brought.points) });
  const { settle_at: at, days_after_completion: days } = brought;
  if (!at) return `${some} · ${fill(spoken.points_after, { n: days })}`;
  const isHere = Date.parse(at) <= clock.now();
  return `${some} · ${isHere ? spoken.points_here : fill(spoken.points_on, { day: day(at) })}`;
}

const back = (fen) => (fen ? fill(words().purchases.refunded, { money: yuan(fen) }) : '');

const line = (purchase, each, place, fen) => ({
  key: `${each.sku}.${place}`,
  name: each.name,
  picture: each.picture,
  quantity: each.quantity,
  money: yuan(fen),
  ...reviewing(purchase, each),
});

/** A purchase in a shop that is not the own store. */
const ofPurchase = (bought) => ({
  word: words().purchases.states[bought.state],
  shop: bought.shop,
  lines: bought.lines.map((each, place) => line(bought.uuid, each, place, each.paid_fen)),
  total: yuan(bought.paid_fen),
  totalWord: words().order.paid,
  back: back(bought.refunded_fen),
  points: points(bought.points),
  number: bought.number,
  at: minute(bought.paid_at),
});

function hint({ state, lapses_at: lapsesAt }) {
  const spoken = words().order;
  if (state === 'awaiting_payment')
    return fill(spoken.pay_within, { left: left(lapsesAt, clock.now()) });
  return state === 'closed' ? spoken.closed : '';
}

/** An order of the own store: with what it had off, and why. */
function ofOrder(order) {
  const spoken = words();
  const isOpen = order.state === 'awaiting_payment';
  const saved = order.goods_fen - order.total_fen;
  return {
    word: spoken.order.states[order.state] || spoken.purchases.states[order.purchase_state],
    hint: hint(order),
    lines: order.lines.map((each, place) => line(order.purchase, each, place, each.goods_fen)),
    goods: saved ? yuan(order.goods_fen) : '',
    discounts: order.discounts.map((each) => ({
      slot: each.slot,
      name: each.name,
      saved: `−${yuan(each.saved_fen)}`,
      why: each.why.join(' · '),
    })),
    total: yuan(order.total_fen),
    totalWord: order.state === 'paid' ? spoken.order.paid : spoken.order.to_pay,
    back: back(order.refunded_fen),
    points: points(order.points),
    number: order.number,
    at: minute(order.ordered_at),
    payment: order.payment,
    isOpen,
    canReceive: order.can_receive,
    days: order.points ? order.points.days_after_completion : 0,
  };
}

module.exports = { back, hint, ofOrder, ofPurchase, reviewing };
