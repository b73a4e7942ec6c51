// The tier as its card shows it: colours that can be read, and what it takes to rise and to stay.

const { dark, deep } = require('./colour');

const READABLE = 6;
const RINGS = [
  'radial-gradient(circle at 92% 4%, rgba(255,255,255,0.07) 0 120rpx, transparent 121rpx)',
  'radial-gradient(circle at 104% 70%, rgba(255,255,255,0.06) 0 220rpx, transparent 221rpx)',
].join(',');

function tierCard(tier) {
  const colour = dark(tier.colour, READABLE);
  return {
    name: tier.name,
    ground: `${RINGS}, linear-gradient(135deg, ${colour}, ${deep(colour, 0.34)})`,
    plain: colour,
    percent: tier.percent,
    lines: tier.lines,
  };
}

module.exports = { tierCard };
