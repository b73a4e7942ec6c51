const reviews = require('../../api/reviews');
const { day } = require('../../utils/format');
const { growing } = require('../../utils/growing');
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

/** A page of what is said of the product, which tells of the product, too. */
async function said(asked) {
  const page = await reviews.of(told(this.query.sku), asked);
  this.of = page;
  return page;
}

definePage('reviews', {
  data: { rows: [], before: null, average: '' },
  ...growing(said, line),

  async load() {
    const list = await this.first();
    const spoken = words().reviews;
    const { name, count, average } = this.of;
    return {
      name,
      average: count ? fill(spoken.average, { n: average.toFixed(1) }) : '',
      count: fill(spoken.count, { n: count }),
      ...list,
    };
  },
});
