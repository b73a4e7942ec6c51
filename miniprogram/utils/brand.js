// The brand as the server tells it, kept so that the next start looks right at once.

const api = require('../api/brand');
const { dark, deep, soft } = require('./colour');

const KEPT = 'brand';
const PLAIN = { name: 'jifen', logo: '', colour: '#0f6b52' };
let loading = null;

const now = () => wx.getStorageSync(KEPT) || PLAIN;

/** Asks the server once a start; where it does not answer, what was kept stays. */
function load() {
  loading =
    loading ||
    api
      .read()
      .then((told) => wx.setStorageSync(KEPT, told))
      .catch(() => (loading = null));
  return loading;
}

/** The tokens of a page's root as a style. */
function look() {
  const main = dark(now().colour);
  return [
    `--brand:${main}`,
    `--brand-deep:${deep(main, 0.24)}`,
    `--brand-soft:${soft(main, 0.9)}`,
    `--brand-line:${soft(main, 0.72)}`,
  ].join(';');
}

const forget = () => (loading = null);

module.exports = { now, load, look, forget };
