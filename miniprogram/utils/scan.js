// The camera, and which page the code of a place is for.

const { address } = require('./query');

const PAGES = { v: '/pages/visit/visit', e: '/pages/event/event' };

/** What the camera read; nothing where she closed it. */
const scanned = () =>
  new Promise((resolve) => {
    wx.scanCode({
      scanType: ['qrCode'],
      success: ({ result }) => resolve(result),
      fail: () => resolve(''),
    });
  });

/** The page that a code's link is for, told of it as WeChat does; '' where it is for `page` itself. */
function elsewhere(code, page) {
  const [, kind] = /^https?:\/\/[^/]+\/([ev])\//.exec(code) || [];
  const meant = PAGES[kind];
  return meant && meant !== page ? address(meant, { q: code }) : '';
}

module.exports = { elsewhere, scanned };
