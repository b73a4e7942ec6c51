const purchases = require('../../api/purchases');
const { day, grouped, yuan } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

function row(bought) {
  const spoken = words().purchases;
  return {
    uuid: bought.uuid,
    shop: bought.shop,
    state: spoken.states[bought.state],
    lines: bought.lines.map(({ sku, name, quantity }, place) => ({
      key: `${sku}.${place}`,
      text: quantity > 1 ? `${name} × ${quantity}` : name,
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
