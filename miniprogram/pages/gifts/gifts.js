const gifts = require('../../api/gifts');
const { line } = require('../../utils/gifts');
const { growing } = require('../../utils/growing');
const { definePage } = require('../../utils/page');

/** The gifts of the part that is chosen, each with that part's name. */
async function read(asked) {
  const { group } = this.data;
  const page = await gifts.read(group, asked);
  return { ...page, found: page.found.map((gift) => ({ gift, group })) };
}

definePage('gifts', {
  data: { group: 'given', rows: [], before: null, lines: [] },
  ...growing(read, ({ gift, group }) => line(gift, group)),

  async load() {
    const [list, { lines }] = await Promise.all([this.first(), gifts.options()]);
    return { ...list, lines };
  },

  onGroup({ currentTarget }) {
    return this.choose({ group: currentTarget.dataset.group });
  },

  toGiving: () => wx.navigateTo({ url: '/pages/giving/giving' }),
});
