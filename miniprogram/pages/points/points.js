const ledger = require('../../api/ledger');
const me = require('../../api/me');
const { grouped, lastDay, minute, signed } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const row = (line) => ({
  number: line.number,
  text: line.text,
  at: minute(line.at),
  points: signed(line.points),
  isMore: line.points > 0,
  note: line.pending > 0 && !line.available ? words().points.pending_line : '',
});

definePage('points', {
  data: { rows: [], before: null },

  async load() {
    const [mine, page] = await Promise.all([me.read(), ledger.read()]);
    const spoken = words().points;
    const { points } = mine;
    return {
      available: grouped(points.available),
      pending: points.pending ? fill(spoken.pending, { n: grouped(points.pending) }) : '',
      debt: points.debt ? fill(spoken.debt, { n: grouped(points.debt) }) : '',
      expiring: points.expiring
        ? fill(spoken.expiring, { n: grouped(points.expiring), day: lastDay(points.expires_first_at) })
        : '',
      rows: page.lines.map(row),
      before: page.next_before,
    };
  },

  onReachBottom() {
    if (this.data.before) this.onMore();
  },

  onMore() {
    return this.once('more', async () => {
      const page = await ledger.read(this.data.before);
      this.setData({
        rows: [...this.data.rows, ...page.lines.map(row)],
        before: page.next_before,
      });
    });
  },
});
