// What she puts into the cart: quantities by SKU. The phone's copy is shown at once and told to the server, which keeps it for
// her other phones. While the server does not answer the phone's copy counts, and is told first thing later.

const api = require('../api/cart');
const { Away, Refused } = require('./api');

const KEPT = 'cart';
const UNTOLD = 'cart.untold';
const MOST = 99;
const PAUSE_MS = 500;
let pause = null;
let telling = null;

const read = () => wx.getStorageSync(KEPT) || {};
const lines = () => Object.entries(read()).map(([sku, quantity]) => ({ sku, quantity }));
const count = () => lines().reduce((sum, { quantity }) => sum + quantity, 0);

function write(cart) {
  if (Object.keys(cart).length) wx.setStorageSync(KEPT, cart);
  else wx.removeStorageSync(KEPT);
}

/** A cart of a time before the server kept any is untold, too. */
const isUntold = () => {
  const untold = wx.getStorageSync(UNTOLD);
  return untold === true || (untold !== false && count() > 0);
};

function changed(cart) {
  write(cart);
  wx.setStorageSync(UNTOLD, true);
  clearTimeout(pause);
  pause = setTimeout(() => sync().catch(() => {}), PAUSE_MS);
}

function put(sku, quantity) {
  const cart = read();
  if (quantity > 0) cart[sku] = Math.min(MOST, quantity);
  else delete cart[sku];
  changed(cart);
  return cart;
}

const clear = () => changed({});

/** Tells the phone's cart until the server has it as it is. */
async function tell() {
  while (isUntold()) {
    const told = JSON.stringify(read());
    await api.keep(lines());
    if (JSON.stringify(read()) === told) wx.setStorageSync(UNTOLD, false);
  }
}

function heard(kept) {
  if (isUntold()) return;
  write(
    Object.fromEntries(kept.lines.map(({ sku, quantity }) => [sku, Math.min(MOST, quantity)])),
  );
  wx.setStorageSync(UNTOLD, false);
}

async function exchange() {
  clearTimeout(pause);
  try {
    if (!isUntold()) heard(await api.read());
    await tell();
  } catch (error) {
    // Away: the phone's copy counts. Refused: what the server kept does.
    if (error instanceof Refused && error.status < 500) wx.setStorageSync(UNTOLD, false);
    else if (!(error instanceof Away) && !(error instanceof Refused)) throw error;
  }
}

/** Lets phone and server have the same cart: the phone's where it changed, else the server's. */
function sync() {
  telling = telling || exchange().finally(() => (telling = null));
  return telling;
}

module.exports = { read, put, clear, lines, count, sync };
