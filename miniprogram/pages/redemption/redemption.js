const redemptions = require('../../api/redemptions');
const clock = require('../../utils/clock');
const { grouped, left, minute } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const POLL_MS = 2000;

definePage('redemption', {
  async load() {
    const made = await redemptions.one(this.query.uuid);
    this.follow(made);
    return this.told(made);
  },

  onHide() {
    clearTimeout(this.polling);
  },

  told(made) {
    const spoken = words().redemption;
    const isOpen = made.state === 'issued';
    return {
      made,
      isOpen,
      price: fill(words().common.points, { n: grouped(made.points) }),
      line: isOpen
        ? fill(spoken.ends, { left: left(made.expires_at, clock.now()) })
        : { handed_over: made.kind === 'coupon' ? spoken.in_wallet : spoken.handed_over, cancelled: spoken.cancelled, expired: spoken.expired }[
            made.state
          ],
      at: made.handed_over_at ? minute(made.handed_over_at) : '',
    };
  },

  /** The shop hands it over on its own screen: this one turns over by itself. */
  follow(made) {
    clearTimeout(this.polling);
    if (made.state === 'issued') this.polling = setTimeout(() => this.look(), POLL_MS);
  },

  async look() {
    if (!this.isShown) return;
    const before = this.data.made;
    const made = await redemptions.one(this.query.uuid).catch(() => before);
    if (!this.isShown) return;
    if (made.state !== before.state || made === before) this.setData(this.told(made));
    if (made.state === 'handed_over') wx.vibrateShort({ type: 'medium' });
    this.follow(made);
  },

  onCopy() {
    wx.setClipboardData({ data: this.data.made.code });
  },

  onCancel() {
    return this.once('cancel', async () => {
      const { t, c } = this.data;
      const { confirm } = await wx.showModal({
        title: t.cancel_ask,
        content: t.cancel_after,
        confirmText: t.cancel,
        cancelText: c.back,
      });
      if (!confirm) return;
      await redemptions.cancel(this.query.uuid);
      await this.refresh();
    });
  },
});
