const coupons = require('../../api/coupons');
const { ticket } = require('../../utils/coupons');
const { definePage } = require('../../utils/page');

const GROUPS = {
  open: ['issued', 'locked'],
  used: ['used'],
  over: ['expired', 'void'],
};

definePage('coupons', {
  data: { group: 'open', tickets: [], shown: [] },

  async load() {
    const tickets = (await coupons.read()).map(ticket);
    return { tickets, shown: this.of(tickets, this.data.group) };
  },

  of: (tickets, group) => tickets.filter(({ state }) => GROUPS[group].includes(state)),

  onGroup({ currentTarget }) {
    const { group } = currentTarget.dataset;
    this.setData({ group, shown: this.of(this.data.tickets, group) });
  },

  toStore: () => wx.switchTab({ url: '/pages/store/store' }),
});
