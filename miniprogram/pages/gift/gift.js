const gifts = require('../../api/gifts');
const { card, until } = require('../../utils/gifts');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const HOME = '/pages/home/home';

definePage('gift', {
  data: { gift: null },

  onLoad({ link, scene }) {
    this.link = link || decodeURIComponent(scene || '');
  },

  async load() {
    return this.told(await gifts.look(this.link));
  },

  told(gift) {
    const spoken = words().gift;
    return {
      gift: { ...gift, card: card(gift.card) },
      terms: gift.conditions.join(' · '),
      canClaim: !gift.is_mine && !gift.refusal,
      line: gift.is_mine ? spoken.yours : gift.refusal || fill(spoken.until, { at: until(gift) }),
    };
  },

  onClaim() {
    return this.once('claim', async () => {
      try {
        this.setData(this.told(await gifts.claim(this.link)));
        wx.vibrateShort({ type: 'medium' });
      } catch (refused) {
        await this.refresh();
        throw refused;
      }
    });
  },

  toThing() {
    const page = this.data.gift.kind === 'coupon' ? 'coupons' : 'points';
    return wx.navigateTo({ url: `/pages/${page}/${page}` });
  },

  toHome: () => wx.switchTab({ url: HOME }),
});
