// How a redemption stands, in words.

const clock = require('./clock');
const { line: addressLine } = require('./address');
const { day, lastDay, left } = require('./format');
const { price } = require('./rewards');
const { fill, words } = require('./words');

const MOVING = new Set(['reserved', 'issued', 'sending', 'to_ship', 'shipped']);
const GOOD = new Set(['handed_over', 'shipped', 'received']);

/** How it stands: of a cash coupon that is hers, what WeChat Pay last told. */
function stands({ state, cash_coupon: coupon }) {
  return coupon && coupon.state !== 'usable' ? coupon.state : state;
}

/** Its state in a word or two, for lists. */
function word(made) {
  const [kind, state] = [made.kind, stands(made)];
  const spoken = words().redemptions;
  const own = spoken.states_of[kind] || {};
  return own[state] || spoken.states[state];
}

/** Its state in a sentence. */
function line(made) {
  const spoken = words().redemption;
  const rest = { left: left(made.expires_at, clock.now()) };
  if (made.state === 'issued') return fill(spoken.ends, rest);
  if (made.state === 'reserved') return fill(spoken.pay_within, rest);
  if (made.why) return made.why;
  if (made.with_coupon && spoken.lines_with_coupon[made.state]) {
    return spoken.lines_with_coupon[made.state];
  }
  const own = spoken.lines_of[made.kind] || {};
  return own[stands(made)] || spoken.lines[stands(made)];
}

/** Until when a cash coupon that is not used is good, once WeChat Pay has told. */
function goodUntil({ cash_coupon: coupon }) {
  if (!coupon || coupon.state !== 'usable' || !coupon.ends_at) return '';
  return fill(words().redemption.good_until, { day: lastDay(coupon.ends_at) });
}

/** All that its page says. `isMoving` is whether it may change by itself. */
const told = (made) => ({
  made,
  price: price(made),
  line: line(made),
  hint: words().redemption.hints[made.kind] || '',
  times: made.uses > 1 ? fill(words().redemption.times, { n: made.uses - made.used, of: made.uses }) : '',
  refund: made.refund ? words().redemption.refunds[made.refund] : '',
  goodUntil: goodUntil(made),
  erased: made.address_erased_at ? fill(words().redemption.erased, { day: day(made.address_erased_at) }) : '',
  isGood: GOOD.has(stands(made)) || stands(made) === 'used',
  isMoving: MOVING.has(made.state),
  address: made.address ? addressLine(made.address) : '',
  afterCancel: made.with_coupon ? words().redemption.cancel_after_coupon : words().redemption.cancel_after,
  canCancel: made.state === 'to_ship' || made.state === 'reserved' || (made.state === 'issued' && !made.used),
});

module.exports = { word, told };
