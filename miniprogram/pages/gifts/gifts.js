const gifts = require('../../api/gifts');
const { line } = require('../../utils/gifts');
const { definePage } = require('../../utils/page');

definePage('gifts', {
  data: { group: 'given', rows: [], all: {} },

  async load() {
    const told = await gifts.all();
    const all = {
      given: told.given.map((each) => line(each, 'given')),
      claimed: told.claimed.map((each) => line(each, 'claimed')),
    };
    return { all, rows: all[this.data.group], lines: told.can_send.lines };
  },

  onGroup({ currentTarget }) {
    const { group } = currentTarget.dataset;
    this.setData({ group, rows: this.data.all[group] });
  },

  toGiving: () => wx.navigateTo({ url: '/pages/giving/giving' }),
});
