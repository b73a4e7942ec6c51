const coupons = require('../../api/coupons');
const { lastDay } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

function row(batch) {
  const spoken = words().claims;
  const terms = [...batch.conditions, fill(spoken.days, { n: batch.valid_days })];
  const isOpen = batch.state === 'open';
  return {
    ...batch,
    isOpen,
    terms: terms.join(' · '),
    until: batch.claims_until ? fill(spoken.until, { day: lastDay(batch.claims_until) }) : '',
    left: isOpen && batch.stock_left !== null ? fill(spoken.left, { n: batch.stock_left }) : '',
    word: spoken.states[batch.state],
    why: ['not_yet', 'not_for_her'].includes(batch.state) ? batch.refusal.message : '',
  };
}

definePage('claims', {
  data: { batches: [] },

  load: async () => ({ batches: (await coupons.batches()).map(row) }),

  onClaim({ currentTarget }) {
    const { code } = currentTarget.dataset;
    return this.once(code, async () => {
      try {
        await coupons.claim(code);
        wx.showToast({ title: this.data.t.done, icon: 'success' });
      } finally {
        await this.refresh();
      }
    });
  },

  toWallet: () => wx.navigateTo({ url: '/pages/coupons/coupons' }),
});
