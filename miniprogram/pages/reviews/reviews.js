const reviews = require('../../api/reviews');
const { day } = require('../../utils/format');
const { growing } = require('../../utils/growing');
const { card, hers, opened } = require('../../utils/invitation');
const { definePage } = require('../../utils/page');
const { told } = require('../../utils/query');
const { fill, words } = require('../../utils/words');

const SAID_ON_A_CARD = 24;

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
  const page = await reviews.of(told(this.query.sku), asked, asked.before ? '' : this.query.review);
  if (!asked.before) this.of = page;
  return page;
}

definePage('reviews', {
  data: { rows: [], before: null, average: '', shared: null, invited: '' },
  ...growing(said, line),

  onLoad({ ref, review }) {
    this.ref = ref && review ? ref : '';
  },

  async load() {
    const { accepted } = words().invite;
    const invited = this.ref
      ? await opened(this.ref, `review:${this.query.review}`, accepted)
      : this.data.invited;
    this.ref = '';
    const [list, mine] = await Promise.all([this.first(), hers()]);
    this.mine = mine;
    const spoken = words().reviews;
    const { name, count, average, shared } = this.of;
    return {
      name,
      invited,
      average: count ? fill(spoken.average, { n: average.toFixed(1) }) : '',
      count: fill(spoken.count, { n: count }),
      shared: shared ? line(shared) : null,
      ...list,
    };
  },

  /** One review, to one chat. Nothing is given for sharing: friends count by what they buy. */
  onShareAppMessage({ target }) {
    const { name, rows, shared } = this.data;
    const { uuid } = (target && target.dataset) || {};
    const one = [shared, ...rows].find((each) => each && each.uuid === uuid);
    const path = '/pages/reviews/reviews';
    const { sku } = this.of;
    if (!one) return { title: name, path: card(path, { sku }, '') };
    const text = one.text.length > SAID_ON_A_CARD ? `${one.text.slice(0, SAID_ON_A_CARD)}…` : one.text;
    return {
      title: text ? fill(words().reviews.on_card, { text, name }) : `${one.signs} ${name}`,
      path: card(path, { sku, review: one.uuid }, this.mine),
    };
  },
});
