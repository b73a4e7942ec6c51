// The payment sheet of WeChat, and what she reads where she did not pay.

const { words } = require('./words');

/** Whether she paid. What WeChat says besides is shown by `say`. */
async function pays(payment, say) {
  try {
    await wx.requestPayment(payment);
    return true;
  } catch ({ errMsg }) {
    say(/cancel/.test(errMsg) ? words().checkout.not_paid : words().common.wrong);
    return false;
  }
}

module.exports = { pays };
