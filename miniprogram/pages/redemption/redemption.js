const redemptions = require('../../api/redemptions');
const { bright } = require('../../utils/brightness');
const { minute } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { pays } = require('../../utils/payment');
const { told } = require('../../utils/redemptions');

// Often at first, when somebody stands at the counter; seldom later.
const FIRST_MS = 2000;
const SLOWER = 1.3;
const LAST_MS = 15000;

// When it came to its end; a cash coupon that was used in a payment, then.
const since = ({ cash_coupon: coupon, handed_over_at: at }) =>
  coupon && coupon.state === 'used' ? coupon.used_at : at;

definePage('redemption', {
  ...bright,

  async load() {
    const made = await redemptions.one(this.query.uuid);
    this.pause = FIRST_MS;
    this.follow(made);
    this.light(made);
    return this.told(made);
  },

  onHide() {
    clearTimeout(this.polling);
    this.darken();
  },

  /** Bright as long as there is a code to scan. */
  light({ state, code }) {
    if (state === 'issued' && code) this.brighten();
    else this.darken();
  },

  told: (made) => ({
    ...told(made),
    at: since(made) ? minute(since(made)) : '',
  }),

  /** The shop hands it over on its own screen: this one turns over by itself. */
  follow(made) {
    clearTimeout(this.polling);
    if (!told(made).isMoving) return;
    this.polling = setTimeout(() => this.look(), this.pause);
    this.pause = Math.min(LAST_MS, this.pause * SLOWER);
  },

  async look() {
    if (!this.isShown) return;
    const before = this.data.made;
    const made = await redemptions.one(this.query.uuid).catch(() => before);
    if (!this.isShown) return;
    this.setData(this.told(made));
    this.light(made);
    if (made.state !== before.state || made.used !== before.used) {
      this.pause = FIRST_MS;
      wx.vibrateShort({ type: 'medium' });
    }
    this.follow(made);
  },

  /** The server hears of the payment from WeChat, a moment after the phone does. */
  onPay() {
    return this.once('pay', async () => {
      const made = await redemptions.again(this.query.uuid, this.data.made.reward);
      if (made.payment && (await pays(made.payment, this.say))) this.pause = FIRST_MS;
      await this.refresh();
    });
  },

  onCopy() {
    wx.setClipboardData({ data: this.data.made.code });
  },

  toStore: () => wx.switchTab({ url: '/pages/store/store' }),

  onCopyNumber() {
    wx.setClipboardData({ data: this.data.made.parcel.tracking_number });
  },

  onReceive() {
    return this.once('receive', async () => {
      await redemptions.receive(this.query.uuid);
      await this.refresh();
    });
  },

  onCancel() {
    return this.once('cancel', async () => {
      const { t, c } = this.data;
      const { confirm } = await wx.showModal({
        title: t.cancel_ask,
        content: this.data.afterCancel,
        confirmText: t.cancel,
        cancelText: c.back,
      });
      if (!confirm) return;
      await redemptions.cancel(this.query.uuid);
      await this.refresh();
    });
  },
});
