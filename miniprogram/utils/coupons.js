// A coupon as the ticket shows it.

const clock = require('./clock');
const { isSoon, lastDay, left } = require('./format');
const { fill, words } = require('./words');

const OPEN = new Set(['issued', 'locked', 'given']);

function ticket(coupon) {
  const spoken = words().coupons;
  const isOpen = OPEN.has(coupon.state);
  const soon = isOpen && isSoon(coupon.expires_at, clock.now());
  return {
    ...coupon,
    terms: coupon.conditions.join(' · '),
    isOver: !isOpen,
    isUsable: coupon.state === 'issued',
    isSoon: soon,
    verb: coupon.reward ? spoken.exchange : '',
    stamp: spoken.states[coupon.state],
    isInGift: coupon.state === 'given',
    until: soon
      ? fill(spoken.ends, { left: left(coupon.expires_at, clock.now()) })
      : fill(spoken.until, { day: lastDay(coupon.expires_at) }),
  };
}

module.exports = { ticket };
