const brand = require('./utils/brand');
const { dressTabs } = require('./utils/tabs');

App({
  onLaunch() {
    dressTabs();
    brand.load().then(dressTabs);
  },
});
