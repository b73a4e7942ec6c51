const me = require('../../api/me');
const rewards = require('../../api/rewards');
const { grouped } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { card, redeemed } = require('../../utils/rewards');
const { fill, words } = require('../../utils/words');

definePage('reward', {
  data: { reward: null },

  async load() {
    const [mine, offered] = await Promise.all([me.read(), rewards.read()]);
    const found = offered.find(({ code }) => code === this.query.code);
    this.available = mine.points.available;
    return {
      reward: found ? card(found) : null,
      how: found ? words().reward.how[found.kind] : '',
      balance: fill(words().reward.balance, { n: grouped(mine.points.available) }),
    };
  },

  onRedeem() {
    return this.once('redeem', async () => {
      if (await redeemed(this.data.reward, this.available, this.say)) await this.refresh();
    });
  },

  toTasks: () => wx.switchTab({ url: '/pages/tasks/tasks' }),
});
