const redemptions = require('../../api/redemptions');
const { day } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { told, word } = require('../../utils/redemptions');
const { price } = require('../../utils/rewards');
const { words } = require('../../utils/words');

const PARTS = ['all', 'open', 'over'];

definePage('redemptions', {
  data: { rows: [], shown: [], part: 'all', parts: [] },

  async load() {
    const rows = (await redemptions.all()).map((each) => ({
      ...each,
      isOpen: told(each).isMoving,
      line: `${day(each.redeemed_at)} · ${price(each)}`,
      word: word(each),
    }));
    return { rows, ...this.drawn(rows, this.data.part) };
  },

  drawn: (rows, part) => ({
    part,
    parts: PARTS.map((each) => ({ part: each, word: words().redemptions.parts[each] })),
    shown: rows.filter(({ isOpen }) => part === 'all' || isOpen === (part === 'open')),
  }),

  onPart({ currentTarget }) {
    this.setData(this.drawn(this.data.rows, currentTarget.dataset.part));
  },
});
