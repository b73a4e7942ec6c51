// How a redemption stands, in words.

const clock = require('./clock');
const { line: addressLine } = require('./address');
const { left } = require('./format');
const { price } = require('./rewards');
const { fill, words } = require('./words');

const MOVING = new Set(['reserved', 'issued', 'sending', 'to_ship', 'shipped']);
const GOOD = new Set(['handed_over', 'shipped', 'received']);

/** Its state in a word or two, for lists. */
function word({ kind, state }) {
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
  const own = spoken.lines_of[made.kind] || {};
  return own[made.state] || spoken.lines[made.state];
}

/** All that its page says. `isMoving` is whether it may change by itself. */
const told = (made) => ({
  made,
  price: price(made),
  line: line(made),
  hint: words().redemption.hints[made.kind] || '',
  times: made.uses > 1 ? fill(words().redemption.times, { n: made.uses - made.used, of: made.uses }) : '',
  refund: made.refund ? words().redemption.refunds[made.refund] : '',
  isGood: GOOD.has(made.state),
  isMoving: MOVING.has(made.state),
  address: made.address ? addressLine(made.address) : '',
  canCancel: made.state === 'to_ship' || made.state === 'reserved' || (made.state === 'issued' && !made.used),
});

module.exports = { word, told };
