const challenges = require('../../api/challenges');
const clock = require('../../utils/clock');
const { monthOf } = require('../../utils/month');
const { grouped, left } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const boosted = ({ boost_percent: percent, boost_days: days }) =>
  fill(words().tasks.boost, { n: percent / 100, days });

const gifts = (given) => [
  ...(given.reward_points
    ? [fill(words().common.points_more, { n: grouped(given.reward_points) })]
    : []),
  ...(given.has_coupon ? [words().tasks.coupon] : []),
  ...(given.boost_percent ? [boosted(given)] : []),
];

definePage('tasks', {
  data: { challenges: [], milestones: [], month: null },

  async load() {
    const told = await challenges.read();
    return {
      ...this.drawn(told.check_in),
      shopVisits: told.has_shop_visits,
      liveRoom: told.live_room,
      articles: told.articles ? fill(words().tasks.to_articles_about, { n: told.articles }) : '',
      events: told.events ? fill(words().tasks.to_events_about, { n: told.events }) : '',
      surveys: told.surveys ? fill(words().tasks.to_surveys_about, { n: told.surveys }) : '',
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
    const last = each.steps[each.steps.length - 1].target;
    return {
      ...each,
      name: each.season ? `${spoken.seasons[each.season]} · ${each.name}` : each.name,
      percent: Math.min(100, Math.floor((100 * each.done) / last)),
      count: fill(spoken.units[each.unit], {
        done: grouped(Math.min(each.done, each.target)),
        target: grouped(each.target),
      }),
      gives: gifts(each).join(' · '),
      until: this.until(each),
      word: spoken.states[each.state],
      // a claim goes by the step: one that is ready may stand before one that is not
      ready: each.steps.find((step) => step.state === 'ready'),
      ladder: each.steps.length > 1 ? each.steps.map((step) => this.rung(each, step)) : [],
      team: each.team && this.team(each),
    };
  },

  until(each) {
    const spoken = words().tasks;
    const now = clock.now();
    if (each.state === 'coming') return fill(spoken.begins, { left: left(each.starts_at, now) });
    return each.ends_at ? fill(spoken.ends, { left: left(each.ends_at, now) }) : '';
  },

  rung(each, step) {
    const spoken = words().tasks;
    return {
      place: step.place,
      isDone: step.state !== 'open' && step.state !== 'coming',
      goal: fill(spoken.goals[each.unit], { n: grouped(step.target) }),
      gives: gifts(step).join(' · '),
      word: step.state === 'open' ? '' : spoken.states[step.state],
    };
  },

  team({ team, unit }) {
    const spoken = words().tasks;
    const share = (n) => fill(spoken.goals[unit], { n: grouped(n) });
    return {
      about: fill(spoken.team, { n: team.members, mine: share(team.mine) }),
      shares: team.shares.map((one, place) => ({ ...one, place, share: share(one.share) })),
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
    const { code, round, step } = currentTarget.dataset;
    return this.once(code, async () => {
      const given = await challenges.claim(code, round, step);
      const { t } = this.data;
      let title = given.coupon_uuid ? t.claimed_coupon : boosted(given);
      if (given.points) title = fill(t.claimed_points, { n: grouped(given.points) });
      wx.showToast({ title, icon: 'success' });
      await this.refresh();
    });
  },
});
