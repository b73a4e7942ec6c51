// The address that she chooses in WeChat, in the server's words.

const { words } = require('./words');

/** The chosen address; null where she chose none. What WeChat says besides is shown by `say`. */
async function chosen(say) {
  try {
    const told = await wx.chooseAddress();
    return {
      name: told.userName,
      phone: told.telNumber,
      province: told.provinceName,
      city: told.cityName,
      district: told.countyName || '',
      detail: told.detailInfo,
    };
  } catch ({ errMsg }) {
    if (!/cancel/.test(errMsg)) say(words().redemption.no_address);
    return null;
  }
}

const line = ({ province, city, district, detail }) => `${province}${city}${district}${detail}`;

module.exports = { chosen, line };
