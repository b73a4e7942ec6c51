const coupons = require('../../api/coupons');
const gifts = require('../../api/gifts');
const brand = require('../../utils/brand');
const { card, until } = require('../../utils/gifts');
const { grouped } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const HOME = '/pages/home/home';
const NOT_FOUND = 404;
const DIGITS = /^[1-9]\d{0,8}$/;

const usable = (thing, state) => (thing.state === state ? thing : null);

definePage('giving', {
  data: { gift: null, cards: [], chosen: 0, points: '', said: '', name: '', what: '' },

  async load() {
    const sent = this.data.gift ? this.data.gift.uuid : this.query.sent;
    if (sent) return this.told(await gifts.one(sent));
    const [options, thing] = await Promise.all([gifts.options(), this.found()]);
    const spoken = words().giving;
    return {
      cards: options.cards.map(card),
      thing: thing ? { name: thing.name, terms: thing.conditions.join(' · ') } : null,
      isGone: !thing && Boolean(this.query.coupon || this.query.ready),
      most: fill(spoken.most, { n: grouped(options.most_points) }),
      lines: options.lines,
      what: thing ? thing.name : this.worth(this.data.points),
    };
  },

  /** The coupon or the ready gift that she wants to give; null where it is not hers to give. */
  async found() {
    const { coupon, ready } = this.query;
    try {
      if (coupon) return usable(await coupons.one(coupon), 'issued');
      return ready ? usable(await gifts.one(ready), 'ready') : null;
    } catch (refused) {
      if (refused.status === NOT_FOUND) return null;
      throw refused;
    }
  },

  told: (gift) => ({
    gift: { ...gift, card: card(gift.card) },
    isOpen: gift.state === 'sent',
    line: gift.state === 'sent' ? fill(words().giving.until, { at: until(gift) }) : words().gifts.states[gift.state],
  }),

  worth: (points) => (DIGITS.test(points) ? fill(words().common.points, { n: grouped(points) }) : words().giving.points),

  onPoints({ detail }) {
    this.setData({ points: detail.value, what: this.worth(detail.value) });
  },

  onWords({ detail }) {
    this.setData({ said: detail.value.replace(/\s+/g, ' ') });
  },

  onName({ detail }) {
    this.setData({ name: detail.value });
  },

  onCard({ detail }) {
    this.setData({ chosen: Number(detail.value) });
  },

  onSend() {
    const { cards, chosen, points, said, name, thing, t } = this.data;
    if (!thing && !DIGITS.test(points)) return this.say(t.how_many);
    return this.once('send', async () => {
      const content = { words: said, giver_name: name };
      if (cards[chosen]) content.card = cards[chosen].code;
      if (this.query.coupon) content.coupon_uuid = this.query.coupon;
      else if (!this.query.ready) content.points = Number(points);
      const gift = await gifts.send(content, this.query.ready);
      this.setData(this.told(gift));
    });
  },

  onTakeBack() {
    return this.once('back', async () => {
      const { t, c, gift } = this.data;
      const { confirm } = await wx.showModal({
        title: t.back_ask,
        content: t.back_after,
        confirmText: t.back,
        cancelText: c.cancel,
      });
      if (confirm) this.setData(this.told(await gifts.takeBack(gift.uuid)));
    });
  },

  /** To one chat. There is no sharing to the timeline: a gift is for a friend. */
  onShareAppMessage() {
    const { gift, isOpen } = this.data;
    if (!gift || !isOpen) return { title: brand.now().name, path: HOME };
    return { title: fill(words().giving.shared, { what: gift.name }), path: gift.page };
  },
});
