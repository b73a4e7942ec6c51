const coupons = require('../../api/coupons');
const ladders = require('../../api/ladders');
const { ticket } = require('../../utils/coupons');
const { growing } = require('../../utils/growing');
const { definePage, optional } = require('../../utils/page');

/** Her coupons of the part that is chosen. */
function read(asked) {
  return coupons.read({ ...asked, standing: this.data.group });
}

definePage('coupons', {
  data: { group: 'open', rows: [], before: null, ladders: [], code: '' },
  ...growing(read, ticket),

  async load() {
    const [list, found] = await Promise.all([this.first(), optional(ladders.read())]);
    return { ...list, ladders: found || [] };
  },

  onGroup({ currentTarget }) {
    return this.choose({ group: currentTarget.dataset.group });
  },

  onCode({ detail }) {
    this.setData({ code: detail.value });
  },

  onEnter() {
    const code = this.data.code.trim();
    if (!code) return undefined;
    return this.once('code', async () => {
      const { name } = await coupons.enter(code);
      this.setData({ code: '' });
      this.say(this.fill(this.data.t.entered, { name }));
      await this.choose({ group: 'open' });
    });
  },

  onGive: ({ detail }) => wx.navigateTo({ url: `/pages/giving/giving?coupon=${detail.uuid}` }),

  /** In the store, or for the reward that it is exchanged for. */
  onUse({ detail }) {
    if (detail.reward) return wx.navigateTo({ url: `/pages/reward/reward?code=${detail.reward}` });
    return wx.switchTab({ url: '/pages/store/store' });
  },
});
