const coupons = require('../../api/coupons');
const ladders = require('../../api/ladders');
const { ticket } = require('../../utils/coupons');
const { definePage, optional } = require('../../utils/page');

const GROUPS = {
  open: ['issued', 'locked', 'given'],
  used: ['used'],
  over: ['expired', 'void'],
};

definePage('coupons', {
  data: { group: 'open', tickets: [], shown: [], ladders: [], code: '' },

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

  onCode({ detail }) {
    this.setData({ code: detail.value });
  },

  onEnter() {
    const code = this.data.code.trim();
    if (!code) return undefined;
    return this.once('code', async () => {
      const { name } = await coupons.enter(code);
      this.setData({ code: '', group: 'open' });
      this.say(this.fill(this.data.t.entered, { name }));
      await this.refresh();
    });
  },

  onGive: ({ detail }) => wx.navigateTo({ url: `/pages/giving/giving?coupon=${detail.uuid}` }),

  toStore: () => wx.switchTab({ url: '/pages/store/store' }),
});
