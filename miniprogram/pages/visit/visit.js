const visits = require('../../api/visits');
const { Refused } = require('../../utils/api');
const { grouped, minute } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { elsewhere, scanned } = require('../../utils/scan');
const { fill, words } = require('../../utils/words');

const row = (visit, place) => ({
  place,
  shop: visit.shop,
  when: minute(visit.at),
  points: visit.points ? `+${grouped(visit.points)}` : '0',
  message: visit.message || '',
});

const goal = (challenge) => ({
  code: challenge.code,
  name: challenge.name,
  percent: Math.min(100, Math.floor((100 * challenge.done) / challenge.target)),
  count: fill(words().tasks.units[challenge.unit], {
    done: challenge.done,
    target: challenge.target,
  }),
});

definePage('visit', {
  data: { done: null, why: '', rows: [], goals: [], often: '' },

  /** What WeChat read: the link of a shop's code (q), or the scene of a mini-program code. */
  onLoad({ q, code, scene }) {
    this.code = code || decodeURIComponent(q || scene || '');
  },

  async load() {
    const { code } = this;
    this.code = ''; // back from the camera the page loads twice, and the visit is told once
    const came = code ? await this.came(code) : {};
    const hers = await visits.read();
    const spoken = words().visit;
    const often = [
      fill(spoken.days, { n: hers.days_this_month }),
      ...(hers.weeks_in_a_row > 1 ? [fill(spoken.weeks, { n: hers.weeks_in_a_row })] : []),
    ];
    return {
      ...came,
      rows: hers.visits.map(row),
      goals: hers.challenges.map(goal),
      often: often.join(' · '),
    };
  },

  /** What became of a scan: the visit, or why it is none. A broken line is tried again. */
  async came(code) {
    try {
      const told = await visits.visit(code);
      const points = told.points + told.goal_points;
      return {
        done: {
          shop: told.shop,
          points: points ? fill(words().visit.points, { n: grouped(points) }) : '',
          message: told.message || '',
          again: fill(words().visit.again, { when: minute(told.again_at) }),
        },
        why: '',
      };
    } catch (refused) {
      if (!(refused instanceof Refused) || refused.status >= 500) {
        this.code = code;
        throw refused;
      }
      return { done: null, why: refused.message };
    }
  },

  onScan() {
    return this.once('scan', async () => {
      const code = await scanned();
      if (!code) return;
      const url = elsewhere(code, '/pages/visit/visit');
      if (url) {
        wx.redirectTo({ url });
        return;
      }
      this.code = code;
      await this.refresh();
    });
  },
});
