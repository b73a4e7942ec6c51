const purchases = require('../../api/purchases');
const store = require('../../api/store');
const { day, grouped, yuan } = require('../../utils/format');
const { growing } = require('../../utils/growing');
const { back, hint, reviewing } = require('../../utils/orders');
const { definePage, optional } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const PAGE = '/pages/order/order';

/** An order of the own store that she has yet to pay. */
const unpaid = (order) => ({
  url: `${PAGE}?uuid=${order.uuid}`,
  name: order.lines[0].name,
  total: yuan(order.total_fen),
  hint: hint(order),
});

function row(bought) {
  const spoken = words().purchases;
  const brought = bought.points.points;
  return {
    uuid: bought.uuid,
    url: bought.order ? `${PAGE}?uuid=${bought.order}` : `${PAGE}?purchase=${bought.uuid}`,
    shop: bought.shop,
    state: spoken.states[bought.state],
    lines: bought.lines.map((line, place) => ({
      key: `${line.sku}.${place}`,
      text: line.quantity > 1 ? `${line.name} × ${line.quantity}` : line.name,
      ...reviewing(bought.uuid, line),
    })),
    paid: yuan(bought.paid_fen),
    refunded: back(bought.refunded_fen),
    points: brought ? fill(words().common.points_more, { n: grouped(brought) }) : '',
    at: day(bought.paid_at),
  };
}

definePage('purchases', {
  toStore: () => wx.switchTab({ url: '/pages/store/store' }),

  data: { rows: [], before: null, unpaid: [] },
  ...growing((asked) => purchases.read(asked), row),

  async load() {
    const [list, open] = await Promise.all([this.first(), optional(store.unpaid())]);
    return { ...list, unpaid: (open || []).map(unpaid) };
  },
});
