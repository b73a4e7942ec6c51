const me = require('../../api/me');
const rewards = require('../../api/rewards');
const redemptions = require('../../api/redemptions');
const { grouped } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

function card(reward, spoken) {
  return {
    ...reward,
    price: fill(words().common.points, { n: grouped(reward.points) }),
    stock:
      reward.stock_left === null ? '' : fill(spoken.stock_left, { n: grouped(reward.stock_left) }),
    mine: reward.left_for_me === null ? '' : fill(spoken.left_for_me, { n: reward.left_for_me }),
  };
}

definePage('mall', {
  data: { onlyMine: false, cards: [], shown: [] },

  async load() {
    const [mine, offered] = await Promise.all([me.read(), rewards.read()]);
    const cards = offered.map((reward) => card(reward, words().mall));
    this.available = mine.points.available;
    return {
      available: grouped(mine.points.available),
      cards,
      shown: this.filtered(cards, this.data.onlyMine),
    };
  },

  filtered: (cards, onlyMine) => cards.filter(({ refusal }) => !onlyMine || !refusal),

  onFilter({ detail }) {
    this.setData({ onlyMine: detail.value, shown: this.filtered(this.data.cards, detail.value) });
  },

  onRedeem({ currentTarget }) {
    const reward = this.data.cards.find(({ code }) => code === currentTarget.dataset.code);
    return this.once(reward.code, () => this.redeem(reward));
  },

  async redeem(reward) {
    const { t, c } = this.data;
    const { confirm } = await wx.showModal({
      title: fill(t.ask, { name: reward.name }),
      content: fill(t.after, {
        n: grouped(reward.points),
        left: grouped(this.available - reward.points),
      }),
      confirmText: t.redeem,
      cancelText: c.cancel,
    });
    if (!confirm) return;
    const made = await redemptions.redeem(reward.code);
    if (made.code) {
      await wx.navigateTo({ url: `/pages/redemption/redemption?uuid=${made.uuid}` });
      return;
    }
    wx.showToast({ title: t.done, icon: 'success' });
    await this.refresh();
  },
});
