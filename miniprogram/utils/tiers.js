// The tier as its card shows it: colours that can be read, and what is missing to the next one.

const { dark, deep } = require('./colour');
const { yuan } = require('./format');
const { fill, words } = require('./words');

const READABLE = 6;
const RINGS = [
  'radial-gradient(circle at 92% 4%, rgba(255,255,255,0.07) 0 120rpx, transparent 121rpx)',
  'radial-gradient(circle at 104% 70%, rgba(255,255,255,0.06) 0 220rpx, transparent 221rpx)',
].join(',');

const share = (spent, missing) => Math.floor((100 * spent) / (spent + missing));

function tierCard(tier) {
  const spoken = words().home;
  const colour = dark(tier.colour, READABLE);
  return {
    name: tier.name,
    ground: `${RINGS}, linear-gradient(135deg, ${colour}, ${deep(colour, 0.34)})`,
    plain: colour,
    percent: tier.next ? share(tier.spent_fen, tier.next.missing_fen) : 100,
    next: tier.next
      ? fill(spoken.to_next, { money: yuan(tier.next.missing_fen), tier: tier.next.name })
      : spoken.highest,
  };
}

module.exports = { tierCard };
