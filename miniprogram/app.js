const brand = require('./utils/brand');

App({
  onLaunch: () => {
    brand.load();
  },
});
