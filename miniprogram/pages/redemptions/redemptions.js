const redemptions = require('../../api/redemptions');
const { day } = require('../../utils/format');
const { growing } = require('../../utils/growing');
const { definePage } = require('../../utils/page');
const { told, word } = require('../../utils/redemptions');
const { price } = require('../../utils/rewards');
const { words } = require('../../utils/words');

const ALL = 'all';
const PARTS = [ALL, 'open', 'over'];

const row = (each) => ({
  ...each,
  isOpen: told(each).isMoving,
  line: `${day(each.redeemed_at)} · ${price(each)}`,
  word: word(each),
});

/** Her redemptions of the part that is chosen. */
function read(asked) {
  const { part } = this.data;
  return redemptions.read({ ...asked, standing: part === ALL ? '' : part });
}

definePage('redemptions', {
  data: { rows: [], before: null, part: ALL, parts: [] },
  ...growing(read, row),

  async load() {
    const parts = PARTS.map((part) => ({ part, word: words().redemptions.parts[part] }));
    return { parts, ...(await this.first()) };
  },

  onPart({ currentTarget }) {
    return this.choose({ part: currentTarget.dataset.part });
  },
});
