const brand = require('./utils/brand');
const shop = require('./utils/shop');

App({
  onLaunch: () => {
    brand.load();
  },

  onShow: (entered) => {
    shop.join(entered);
  },
});
