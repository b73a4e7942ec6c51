const coupons = require('../../api/coupons');
const ladders = require('../../api/ladders');
const { ticket } = require('../../utils/coupons');
const { definePage, optional } = require('../../utils/page');

const GROUPS = {
  open: ['issued', 'locked'],
  used: ['used'],
  over: ['expired', 'void'],
};

definePage('coupons', {
  data: { group: 'open', tickets: [], shown: [], ladders: [] },

  async load() {
    const [held, found] = await Promise.all([coupons.read(), optional(ladders.read())]);
    const tickets = held.map(ticket);
    return { tickets, shown: this.of(tickets, this.data.group), ladders: found || [] };
  },

  of: (tickets, group) => tickets.filter(({ state }) => GROUPS[group].includes(state)),

  onGroup({ currentTarget }) {
    const { group } = currentTarget.dataset;
    this.setData({ group, shown: this.of(this.data.tickets, group) });
  },

  toStore: () => wx.switchTab({ url: '/pages/store/store' }),
});
