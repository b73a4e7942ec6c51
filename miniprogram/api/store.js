// The brand's own store: what it sells, what a cart costs, and orders.

const api = require('../utils/api');
const { named } = require('../utils/named');

const LOOKS = 8;
const LOOK_MS = 700;
const wait = () => new Promise((resolve) => setTimeout(resolve, LOOK_MS));

const one = (uuid) => api.get(`/me/orders/${uuid}`);

/** How an order stands after its payment: the server hears of it a moment after the phone does. */
async function settled(uuid) {
  let latest = await one(uuid);
  for (let look = 0; look < LOOKS && latest.state === 'awaiting_payment'; look += 1) {
    await wait();
    const before = latest;
    latest = await one(uuid).catch(() => before);
  }
  return latest;
}

module.exports = {
  products: async () => (await api.get('/products')).products,
  quote: (lines, coupon) => api.post('/quotes', { lines, coupon }),
  order: (quote) => named('order', quote, (uuid) => api.put(`/me/orders/${uuid}`, { quote })),
  unpaid: async () => (await api.get('/me/orders?state=awaiting_payment')).orders,
  one,
  settled,
  cancel: (uuid) => api.remove(`/me/orders/${uuid}`),
  receive: (uuid) => api.put(`/me/orders/${uuid}/receipt`),
};
