const deletion = require('../../api/deletion');
const { grouped } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const LOST = ['points', 'coupons', 'redemptions', 'gifts'];
const RED = '#b3261e';

definePage('deletion', {
  data: { isGone: false, isUnderstood: false, hindrances: [], lost: [] },

  async load() {
    if (this.data.isGone) return {}; // whatever is asked now would make her a member anew
    const told = await deletion.read();
    const spoken = words().deletion;
    this.told = told;
    return {
      hindrances: told.hindrances,
      isUnderstood: false,
      lost: LOST.filter((name) => told[name]).map((name) => fill(spoken.lost[name], { n: grouped(told[name]) })),
      after: Object.values(spoken.after),
    };
  },

  onUnderstood({ detail }) {
    this.setData({ isUnderstood: detail.value });
  },

  onDelete() {
    return this.once('delete', async () => {
      const { t, c } = this.data;
      const { confirm } = await wx.showModal({
        title: t.ask,
        content: t.ask_about,
        confirmText: t.yes,
        confirmColor: RED,
        cancelText: c.back,
      });
      if (!confirm) return;
      try {
        await deletion.ask(this.told);
      } catch (error) {
        if (error.status === 409 || error.status === 422) await this.refresh();
        throw error;
      }
      this.setData({ isGone: true });
    });
  },
});
