const redemptions = require('../../api/redemptions');
const { day, grouped } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

definePage('redemptions', {
  data: { rows: [] },

  async load() {
    const spoken = words().redemptions;
    const all = await redemptions.all();
    return {
      rows: all.map((each) => ({
        ...each,
        line: `${day(each.redeemed_at)} · ${fill(words().common.points, { n: grouped(each.points) })}`,
        word:
          each.kind === 'coupon' && each.state === 'handed_over'
            ? spoken.in_wallet
            : spoken.states[each.state],
      })),
    };
  },
});
