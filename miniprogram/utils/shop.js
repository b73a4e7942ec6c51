// A shop on WeChat opens the mini-program for who wants to be its member, with the name of the visit.

const me = require('../api/me');
const { Refused } = require('./api');
const { words } = require('./words');

let joining = '';

const visit = ({ query = {}, referrerInfo = {} } = {}) =>
  query.session_id || (referrerInfo.extraData || {}).session_id || '';

/** Let the shop that she came from show her as a member; the same visit is told once. */
async function join(entered) {
  const session = visit(entered);
  if (!session || session === joining) return;
  joining = session;
  try {
    await me.joinShop(session);
    wx.showToast({ title: words().common.shop_joined, icon: 'success' });
  } catch (error) {
    if (!(error instanceof Refused)) joining = '';
    wx.showToast({ title: error.message, icon: 'none' });
  }
}

module.exports = { join };
