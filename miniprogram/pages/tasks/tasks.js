const challenges = require('../../api/challenges');
const clock = require('../../utils/clock');
const { monthOf } = require('../../utils/month');
const { grouped, left } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const gifts = ({ reward_points: points, has_coupon: hasCoupon }) => [
  ...(points ? [fill(words().common.points_more, { n: grouped(points) })] : []),
  ...(hasCoupon ? [words().tasks.coupon] : []),
];

definePage('tasks', {
  data: { challenges: [], milestones: [], month: null },

  async load() {
    const told = await challenges.read();
    return {
      ...this.drawn(told.check_in),
      challenges: told.challenges.map((each) => this.row(each)),
      milestones: told.milestones.map((each) => ({
        ...each,
        percent: each.target ? Math.floor((100 * each.done) / each.target) : 100,
        gives: gifts(each).join(' · '),
      })),
    };
  },

  drawn(checkIn) {
    return {
      checkIn,
      month: monthOf(checkIn.today, checkIn.days),
      streak: fill(words().tasks.streak, { n: checkIn.streak }),
    };
  },

  row(each) {
    const spoken = words().tasks;
    return {
      ...each,
      percent: Math.min(100, Math.round((100 * each.done) / each.target)),
      count: `${Math.min(each.done, each.target)}/${each.target}`,
      gives: gifts(each).join(' · '),
      until: each.ends_at ? fill(spoken.ends, { left: left(each.ends_at, clock.now()) }) : '',
      word: spoken.states[each.state],
    };
  },

  onCheckIn() {
    return this.once('check_in', async () => {
      const checkIn = await challenges.checkIn(this.data.checkIn.today);
      this.setData(this.drawn(checkIn));
      const { t } = this.data;
      const title = checkIn.points
        ? fill(t.checked_in_points, { n: grouped(checkIn.points) })
        : t.checked_in;
      wx.showToast({ title, icon: 'success' });
      await this.refresh();
    });
  },

  onClaim({ currentTarget }) {
    const { code, round } = currentTarget.dataset;
    return this.once(code, async () => {
      const { points } = await challenges.claim(code, round);
      const { t } = this.data;
      const title = points ? fill(t.claimed_points, { n: grouped(points) }) : t.claimed_coupon;
      wx.showToast({ title, icon: 'success' });
      await this.refresh();
    });
  },
});
