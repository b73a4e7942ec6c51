const ladders = require('../../api/ladders');
const { yuan } = require('../../utils/format');
const { definePage } = require('../../utils/page');

const REACHED = new Set(['on_its_way', 'unknown_there', 'given', 'refused', 'lapsed']);

const percent = (done, of) => Math.min(100, Math.floor((100 * done) / of));

definePage('ladder', {
  data: { ladders: [] },

  async load() {
    return { ladders: (await ladders.read()).map((each) => this.ladder(each)) };
  },

  ladder(each) {
    const rungs = each.rungs.map((rung) => ({
      ...rung,
      worth: yuan(rung.coupon_fen),
      takes: yuan(rung.spend_fen),
      isReached: REACHED.has(rung.state),
      percent: percent(each.spent_fen, rung.spend_fen),
    }));
    const earlier = each.earlier.map((one) => ({ ...one, worth: yuan(one.coupon_fen) }));
    return { ...each, rungs, earlier, hasSome: [...rungs, ...earlier].some(isGiven) };
  },
});

const isGiven = ({ state }) => state === 'given';
