const store = require('../../api/store');
const cart = require('../../utils/cart');
const { grouped, yuan } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { pays } = require('../../utils/payment');
const { fill, words } = require('../../utils/words');

const orderPage = ({ uuid }) => `/pages/order/order?uuid=${uuid}`;

definePage('checkout', {
  data: { paid: null, choices: [], chosen: 0 },

  async load() {
    if (this.data.paid) return {};
    await cart.sync();
    if (!cart.count()) return { isEmpty: true };
    if (this.coupon !== undefined) return this.quoted(this.coupon);
    const plain = await store.quote(cart.lines(), null);
    return plain.best_coupon ? this.quoted(plain.best_coupon) : this.drawn(plain, null);
  },

  async quoted(coupon) {
    return this.drawn(await store.quote(cart.lines(), coupon), coupon);
  },

  drawn(quote, coupon) {
    const spoken = words().checkout;
    const { usable, unlocks } = quote;
    const near = new Set(unlocks.map((each) => each.slot));
    this.held = [null, ...usable.map((each) => each.coupon)];
    return {
      isEmpty: false,
      quote,
      choices: [
        usable.length ? spoken.no_coupon : spoken.no_usable,
        ...usable.map((each) => `${each.name} −${yuan(each.saved_fen)}`),
      ],
      chosen: Math.max(0, this.held.indexOf(coupon)),
      lines: quote.lines.map((line) => ({
        ...line,
        goods: yuan(line.goods_fen),
        saved: line.saved_fen ? `−${yuan(line.saved_fen)}` : '',
      })),
      applied: quote.applied.map((each) => ({
        ...each,
        saved: `−${yuan(each.saved_fen)}`,
        mine: each.why.join(' · '),
      })),
      unlocks: unlocks.map((each) => ({
        ...each,
        saves: each.saved_fen ? fill(spoken.saves_in_all, { money: yuan(each.saved_fen) }) : '',
      })),
      refused: quote.refused.filter((each) => !near.has(each.slot)),
      goods: yuan(quote.goods_fen),
      saved: quote.saved_fen ? fill(spoken.saved, { money: yuan(quote.saved_fen) }) : '',
      total: yuan(quote.total_fen),
      earns: fill(spoken.earns, { n: grouped(quote.points_to_earn) }),
    };
  },

  onCoupon({ detail }) {
    return this.once('coupon', async () => {
      const coupon = this.held[Number(detail.value)];
      const quoted = await this.quoted(coupon);
      this.coupon = coupon;
      this.setData(quoted);
    });
  },

  onPay() {
    return this.once('pay', async () => {
      const order = await this.placed();
      if (order.payment && !(await pays(order.payment, this.say))) {
        await wx.redirectTo({ url: orderPage(order) }); // where she pays it, or gives it up
        return;
      }
      cart.clear();
      const paid = await store.settled(order.uuid).catch(() => order);
      this.setData({ paid: { ...paid, total: yuan(paid.total_fen) } });
    });
  },

  /** Places the order. A quote that no longer holds is asked for anew, so that she sees what does. */
  async placed() {
    try {
      return await store.order(this.data.quote.quote);
    } catch (refused) {
      if (refused.status === 422) {
        const { best_coupon } = await store.quote(cart.lines(), null);
        this.setData(await this.quoted(this.coupon === undefined ? best_coupon : this.coupon));
      }
      throw refused;
    }
  },

  toOrder() {
    return wx.redirectTo({ url: orderPage(this.data.paid) });
  },
  toHome: () => wx.switchTab({ url: '/pages/home/home' }),
  toStore: () => wx.switchTab({ url: '/pages/store/store' }),
});
