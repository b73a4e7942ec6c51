const store = require('../../api/store');
const cart = require('../../utils/cart');
const { minute, yuan } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { address } = require('../../utils/query');
const { fill, words } = require('../../utils/words');

definePage('store', {
  data: { products: [], lost: {}, count: 0, total: '' },

  async load() {
    const [products] = await Promise.all([store.products(), cart.sync()]);
    const open = products.filter((each) => !each.opens_at);
    const known = new Set(open.map(({ sku }) => sku));
    cart.lines().forEach(({ sku }) => known.has(sku) || cart.put(sku, 0));
    return this.drawn(products);
  },

  drawn(products) {
    const held = cart.read();
    const fen = products.reduce((sum, { sku, price_fen }) => sum + price_fen * (held[sku] || 0), 0);
    return {
      products: products.map((product) => ({
        ...product,
        price: yuan(product.price_fen),
        opens: product.opens_at ? fill(words().store.opens, { at: minute(product.opens_at) }) : '',
        quantity: held[product.sku] || 0,
        reviews: address('/pages/reviews/reviews', { sku: product.sku }),
      })),
      count: cart.count(),
      total: yuan(fen),
      checkout: fill(words().store.checkout, { n: cart.count() }),
    };
  },

  onStep({ currentTarget }) {
    const { sku, by } = currentTarget.dataset;
    cart.put(sku, (cart.read()[sku] || 0) + Number(by));
    this.setData(this.drawn(this.data.products));
  },

  // A picture that does not come leaves the sign that stands where there is none.
  onLost({ currentTarget }) {
    this.setData({ lost: { ...this.data.lost, [currentTarget.dataset.sku]: true } });
  },

  onCheckout: () => wx.navigateTo({ url: '/pages/checkout/checkout' }),
});
