const ledger = require('../../api/ledger');
const me = require('../../api/me');
const { grouped, lastDay, minute, signed } = require('../../utils/format');
const { growing } = require('../../utils/growing');
const { definePage, optional } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

/** Where a movement leads: the order or redemption of hers that it belongs to. */
function url({ order, redemption }) {
  if (redemption) return `/pages/redemption/redemption?uuid=${redemption}`;
  if (!order) return '';
  return `/pages/order/order?${order.order ? `uuid=${order.order}` : `purchase=${order.purchase}`}`;
}

const row = (line) => ({
  number: line.number,
  text: line.text,
  at: minute(line.at),
  points: signed(line.points),
  isMore: line.points > 0,
  note: line.pending > 0 && !line.available ? words().points.pending_at_first : '',
  balance: fill(words().points.balance, { n: grouped(line.balance) }),
  url: url(line),
});

/** Her movements of the part that is chosen. */
function read(asked) {
  return ledger.read({ ...asked, flow: this.data.flow });
}

definePage('points', {
  toTasks: () => wx.switchTab({ url: '/pages/tasks/tasks' }),

  data: { flow: '', rows: [], before: null, sums: [], rules: null, isOpen: false },
  ...growing(read, row),

  async load() {
    const [mine, page, sums, rules] = await Promise.all([
      me.read(),
      this.first(),
      optional(ledger.sums()),
      optional(ledger.rules()),
    ]);
    const spoken = words().points;
    const { points } = mine;
    return {
      available: grouped(points.available),
      boost: mine.boost ? mine.boost.line : '',
      debt: points.debt ? fill(spoken.debt, { n: grouped(points.debt) }) : '',
      expiring: points.expiring
        ? fill(spoken.expiring, { n: grouped(points.expiring), day: lastDay(points.expires_first_at) })
        : '',
      sums: figures(sums, points.pending),
      rules,
      ...page,
    };
  },

  onFlow({ currentTarget }) {
    return this.choose({ flow: currentTarget.dataset.flow });
  },

  onRules() {
    this.setData({ isOpen: !this.data.isOpen });
  },
});

/** What became of all her points; nothing where that could not be read. */
function figures(sums, pending) {
  if (!sums) return [];
  const spoken = words().points;
  return [
    { word: spoken.earned, figure: grouped(sums.earned) },
    { word: spoken.spent, figure: grouped(sums.spent) },
    { word: spoken.expired, figure: grouped(sums.expired) },
    { word: spoken.pending_line, figure: grouped(pending) },
  ];
}
