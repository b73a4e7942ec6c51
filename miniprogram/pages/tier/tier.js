const me = require('../../api/me');
const { day } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { tierCard } = require('../../utils/tiers');
const { fill, words } = require('../../utils/words');

definePage('tier', {
  // `place` moves the cards; `shown` follows them, too, when she swipes.
  data: { shown: null, place: 0 },

  async load() {
    const told = await me.tiers();
    const spoken = words().tier;
    const tiers = told.tiers.map((each) => ({
      ...each,
      ...tierCard({ ...each, percent: told.percent, lines: told.lines }),
      isHers: each.state === 'current',
      isLocked: each.state === 'locked',
      word: spoken.states[each.state],
    }));
    const hers = tiers.findIndex((each) => each.isHers);
    const shown = this.data.shown === null ? hers : Math.min(this.data.shown, tiers.length - 1);
    return {
      tiers,
      shown,
      place: shown,
      one: tiers[shown],
      counted: fill(spoken.counted, { window: told.window, amount: told.reached_told }),
      lasts: told.lasts_through
        ? fill(spoken.lasts, { day: day(`${told.lasts_through}T00:00:00+08:00`) })
        : '',
      ways: told.ways.map((each) => ({ ...each, go: spoken.go[each.kind] })),
      growth: told.growth.map((each, place) => ({
        ...each,
        key: place,
        what: spoken.kinds[each.kind],
        day: day(`${each.on}T00:00:00+08:00`),
      })),
    };
  },

  onSwipe({ detail }) {
    this.show(detail.current);
  },
  onChoose({ currentTarget }) {
    const place = Number(currentTarget.dataset.place);
    this.setData({ place });
    this.show(place);
  },
  show(shown) {
    if (shown !== this.data.shown) this.setData({ shown, one: this.data.tiers[shown] });
  },

  onGo({ currentTarget }) {
    const isBuying = currentTarget.dataset.kind === 'buy';
    wx.switchTab({ url: isBuying ? '/pages/store/store' : '/pages/tasks/tasks' });
  },
});
