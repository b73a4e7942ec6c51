// Every word of the mini-program in English. zh.js has the same keys.

module.exports = {
  ...require('./en/shell'),
  ...require('./en/shop'),
  ...require('./en/rewards'),
  ...require('./en/gifts'),
  ...require('./en/play'),
};
