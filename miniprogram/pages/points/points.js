const ledger = require('../../api/ledger');
const me = require('../../api/me');
const { grouped, lastDay, minute, signed } = require('../../utils/format');
const { growing } = require('../../utils/growing');
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
  toTasks: () => wx.switchTab({ url: '/pages/tasks/tasks' }),

  data: { rows: [], before: null },
  ...growing((asked) => ledger.read(asked), row),

  async load() {
    const [mine, page] = await Promise.all([me.read(), this.first()]);
    const spoken = words().points;
    const { points } = mine;
    return {
      available: grouped(points.available),
      boost: mine.boost ? mine.boost.line : '',
      pending: points.pending ? fill(spoken.pending, { n: grouped(points.pending) }) : '',
      debt: points.debt ? fill(spoken.debt, { n: grouped(points.debt) }) : '',
      expiring: points.expiring
        ? fill(spoken.expiring, { n: grouped(points.expiring), day: lastDay(points.expires_first_at) })
        : '',
      ...page,
    };
  },
});
