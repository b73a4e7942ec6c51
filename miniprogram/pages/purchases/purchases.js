const purchases = require('../../api/purchases');
const { day, grouped, yuan } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { address } = require('../../utils/query');
const { fill, words } = require('../../utils/words');

const PAGE = '/pages/review/review';

/** Where her review of a line is written or read, and what the button is called; nothing for none. */
function reviewing(purchase, { sku, name, can_review: canReview, review }) {
  const spoken = words().purchases;
  if (review) return { review: address(PAGE, { uuid: review }), wish: spoken.reviewed };
  if (canReview) return { review: address(PAGE, { purchase, sku, name }), wish: spoken.review };
  return {};
}

function row(bought) {
  const spoken = words().purchases;
  return {
    uuid: bought.uuid,
    shop: bought.shop,
    state: spoken.states[bought.state],
    lines: bought.lines.map((line, place) => ({
      key: `${line.sku}.${place}`,
      text: line.quantity > 1 ? `${line.name} × ${line.quantity}` : line.name,
      ...reviewing(bought.uuid, line),
    })),
    paid: yuan(bought.paid_fen),
    refunded: bought.refunded_fen ? fill(spoken.refunded, { money: yuan(bought.refunded_fen) }) : '',
    points: bought.points ? fill(words().common.points_more, { n: grouped(bought.points) }) : '',
    at: day(bought.paid_at),
  };
}

definePage('purchases', {
  data: { rows: [], before: null },

  async load() {
    const page = await purchases.read();
    return { rows: page.purchases.map(row), before: page.next_before };
  },

  onReachBottom() {
    if (this.data.before) this.onMore();
  },

  onMore() {
    return this.once('more', async () => {
      const page = await purchases.read(this.data.before);
      this.setData({
        rows: [...this.data.rows, ...page.purchases.map(row)],
        before: page.next_before,
      });
    });
  },
});
