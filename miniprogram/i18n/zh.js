// Every word of the mini-program in Chinese. en.js has the same keys.

module.exports = {
  ...require('./zh/shell'),
  ...require('./zh/shop'),
  ...require('./zh/rewards'),
  ...require('./zh/gifts'),
  ...require('./zh/play'),
};
