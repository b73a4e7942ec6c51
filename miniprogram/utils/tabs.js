// The tab bar's words and colour. WeChat lets only a tab page change them.

const brand = require('./brand');
const { dark } = require('./colour');
const { words } = require('./words');

const NAMES = ['home', 'mall', 'store', 'tasks', 'me'];

function dressTabs() {
  const { tabs } = words();
  NAMES.forEach((name, index) => wx.setTabBarItem({ index, text: tabs[name] }));
  wx.setTabBarStyle({ selectedColor: dark(brand.now().colour) });
}

const isTab = (name) => NAMES.includes(name);

module.exports = { dressTabs, isTab };
