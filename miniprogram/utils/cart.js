// What she put into the cart: quantities by SKU, kept on the phone.

const KEPT = 'cart';
const MOST = 99;

const read = () => wx.getStorageSync(KEPT) || {};

function put(sku, quantity) {
  const cart = read();
  if (quantity > 0) cart[sku] = Math.min(MOST, quantity);
  else delete cart[sku];
  wx.setStorageSync(KEPT, cart);
  return cart;
}

const clear = () => wx.removeStorageSync(KEPT);
const lines = () => Object.entries(read()).map(([sku, quantity]) => ({ sku, quantity }));
const count = () => lines().reduce((sum, { quantity }) => sum + quantity, 0);

module.exports = { read, put, clear, lines, count };
