const reviews = require('../../api/reviews');
const { day } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { told } = require('../../utils/query');
const { fill, words } = require('../../utils/words');

const line = (one) => ({
  uuid: one.uuid,
  name: one.name,
  text: one.text,
  signs: '★★★★★☆☆☆☆☆'.slice(5 - one.stars, 10 - one.stars),
  stars: fill(words().reviews.given, { n: one.stars }),
  at: day(one.written_on),
});

definePage('reviews', {
  data: { rows: [], before: null, average: '' },

  async load() {
    const page = await reviews.of(told(this.query.sku));
    const spoken = words().reviews;
    return {
      name: page.name,
      average: page.count ? fill(spoken.average, { n: page.average.toFixed(1) }) : '',
      count: fill(spoken.count, { n: page.count }),
      rows: page.reviews.map(line),
      before: page.next_before,
    };
  },

  onReachBottom() {
    if (this.data.before) this.onMore();
  },

  onMore() {
    return this.once('more', async () => {
      const page = await reviews.of(told(this.query.sku), this.data.before);
      this.setData({
        rows: [...this.data.rows, ...page.reviews.map(line)],
        before: page.next_before,
      });
    });
  },
});
