// The brand's own store: what it sells, what a cart costs, and orders.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  products: async () => (await api.get('/products')).products,
  quote: (lines, coupon) => api.post('/quotes', { lines, coupon }),
  order: (quote) => named('order', quote, (uuid) => api.put(`/me/orders/${uuid}`, { quote })),
  one: (uuid) => api.get(`/me/orders/${uuid}`),
};
