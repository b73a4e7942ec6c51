const reviews = require('../../api/reviews');
const { definePage } = require('../../utils/page');
const { told } = require('../../utils/query');
const { fill, words } = require('../../utils/words');

const MOST = 500;
const LONG_ENOUGH_TO_READ_MS = 900;

/** Five stars, those up to `stars` filled. */
const drawn = (stars) =>
  [1, 2, 3, 4, 5].map((n) => ({
    n,
    sign: n <= stars ? '★' : '☆',
    name: fill(words().review.star, { n }),
  }));

definePage('review', {
  data: { name: '', rating: 0, stars: [], text: '', left: '', most: MOST, uuid: '', hidden: '' },

  // What she has typed stays when she comes back from another app.
  async load() {
    if (this.data.stars.length) return {};
    const { uuid, purchase, sku, name } = this.query;
    const mine = uuid
      ? await reviews.one(uuid)
      : { purchase, sku: told(sku), name: told(name), stars: 0, text: '', is_hidden: false };
    this.of = { purchase: mine.purchase, sku: mine.sku };
    return {
      uuid: uuid || '',
      name: mine.name,
      rating: mine.stars,
      stars: drawn(mine.stars),
      text: mine.text,
      left: this.counted(mine.text),
      hidden: mine.is_hidden ? words().review.hidden : '',
    };
  },

  counted: (text) => `${text.length}/${MOST}`,

  onStar({ currentTarget }) {
    const rating = Number(currentTarget.dataset.n);
    this.setData({ rating, stars: drawn(rating) });
  },
  onText({ detail }) {
    this.setData({ text: detail.value, left: this.counted(detail.value) });
  },

  onSend() {
    return this.once('send', async () => {
      const { rating, text, uuid } = this.data;
      if (!rating) {
        this.say(words().review.choose);
        return;
      }
      await reviews.write({ ...this.of, stars: rating, text: text.trim() }, uuid);
      await this.leave(words().review.sent);
    });
  },

  onTakeBack() {
    return this.once('back', async () => {
      const { t, c, uuid } = this.data;
      const { confirm } = await wx.showModal({
        title: t.back_ask,
        content: t.back_after,
        confirmText: t.back,
        cancelText: c.cancel,
      });
      if (!confirm) return;
      await reviews.takeBack(uuid);
      await this.leave(t.gone);
    });
  },

  /** Goes back once she has read it; until then nothing can be tapped a second time. */
  async leave(title) {
    wx.showToast({ title, icon: 'success' });
    await new Promise((read) => setTimeout(read, LONG_ENOUGH_TO_READ_MS));
    if (this.isShown) wx.navigateBack();
  },
});
