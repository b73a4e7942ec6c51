const purchases = require('../../api/purchases');
const store = require('../../api/store');
const cart = require('../../utils/cart');
const { definePage } = require('../../utils/page');
const { ofOrder, ofPurchase } = require('../../utils/orders');
const { pays } = require('../../utils/payment');
const { fill } = require('../../utils/words');

definePage('order', {
  data: { one: null, lost: {} },

  async load() {
    const { uuid, purchase } = this.query;
    const one = uuid ? ofOrder(await store.one(uuid)) : ofPurchase(await purchases.one(purchase));
    return { one };
  },

  onPay() {
    return this.once('pay', async () => {
      if (!(await pays(this.data.one.payment, this.say))) return;
      this.setData({ one: ofOrder(await store.settled(this.query.uuid)) });
      await cart.sync(); // the server took out of it what is paid
    });
  },

  onCancel() {
    return this.asked('cancel', this.data.t.cancel_after, () => store.cancel(this.query.uuid));
  },

  onReceive() {
    const after = fill(this.data.t.receive_after, { n: this.data.one.days });
    return this.asked('receive', after, () => store.receive(this.query.uuid));
  },

  /** Does what she confirms; the answer is how the order stands then. */
  asked(wish, content, act) {
    return this.once(wish, async () => {
      const { t, c } = this.data;
      const { confirm } = await wx.showModal({
        title: t[`${wish}_ask`],
        content,
        confirmText: t[wish],
        cancelText: c.back,
      });
      if (confirm) this.setData({ one: ofOrder(await act()) });
    });
  },

  onCopy() {
    wx.setClipboardData({ data: this.data.one.number });
  },

  // A picture that does not come leaves the sign that stands where there is none.
  onLost({ currentTarget }) {
    this.setData({ lost: { ...this.data.lost, [currentTarget.dataset.key]: true } });
  },
});
