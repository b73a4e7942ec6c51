// A reward as people read it, and how it is redeemed: asked, named, and paid where it costs money.

const redemptions = require('../api/redemptions');
const { chosen } = require('./address');
const { grouped, yuan } = require('./format');
const { pays } = require('./payment');
const { fill, words } = require('./words');

/** What it costs: 200 积分, 200 积分 + ¥9.90, ¥9.90, 兑换券. */
function price({ points, cash_fen: fen, with_coupon: coupon }) {
  if (coupon) return words().mall.for_coupon;
  const told = fill(words().common.points, { n: grouped(points) });
  if (!fen) return told;
  return points ? `${told} + ${yuan(fen)}` : yuan(fen);
}

/** A reward with its sentences. Where only points are missing, `short` says how many. */
function card(reward) {
  const spoken = words().mall;
  const limit = { day: spoken.left_today, week: spoken.left_this_week, month: spoken.left_this_month };
  const isShort = reward.refusal && reward.refusal.code === 'not_enough_points';
  const stock =
    reward.stock_left === null ? '' : fill(spoken.stock_left, { n: grouped(reward.stock_left) });
  const mine =
    reward.left_for_me === null
      ? ''
      : fill(limit[reward.per] || spoken.left_for_me, { n: reward.left_for_me });
  const redeemed = reward.redeemed ? fill(spoken.redeemed, { n: grouped(reward.redeemed) }) : '';
  return {
    ...reward,
    price: price(reward),
    free: reward.coupon ? spoken.free : '',
    numbers: [redeemed, stock, mine].filter(Boolean),
    times: reward.uses > 1 ? fill(spoken.times, { n: reward.uses }) : '',
    short: isShort ? fill(spoken.short, { n: grouped(reward.points_short) }) : '',
    word: spoken.kinds[reward.kind] || '',
  };
}

/** Whether she wants it, knowing what she has afterwards. */
async function asks(reward, available) {
  const { mall } = words();
  if (reward.coupon) return agrees(fill(mall.ask, reward), mall.after_coupon, mall.redeem);
  const after = fill(mall.after, {
    n: grouped(reward.points),
    left: grouped(available - reward.points),
  });
  const money = reward.cash_fen ? fill(mall.pays_too, { money: yuan(reward.cash_fen) }) : '';
  const told = `${reward.points ? after : ''}${money}`;
  return agrees(fill(mall.ask, reward), told, reward.cash_fen ? mall.pay : mall.redeem);
}

async function agrees(title, content, confirmText) {
  const cancelText = words().common.cancel;
  const { confirm } = await wx.showModal({ title, content, confirmText, cancelText });
  return confirm;
}

/** Redeems a reward after a question; false where she does not want it. */
async function redeemed(reward, available, say) {
  if (!(await asks(reward, available))) return false;
  const address = reward.kind === 'shipped_gift' ? await chosen(say) : undefined;
  if (address === null) return false;
  const made = await redemptions.redeem(reward.code, { address, coupon: reward.coupon });
  if (made.payment) await pays(made.payment, say);
  if (made.kind === 'coupon' && made.state === 'handed_over') {
    wx.showToast({ title: words().mall.done, icon: 'success' });
    return true;
  }
  if (made.kind === 'friend_gift' && made.state === 'handed_over') {
    await wx.navigateTo({ url: `/pages/giving/giving?ready=${made.uuid}` });
    return true;
  }
  await wx.navigateTo({ url: `/pages/redemption/redemption?uuid=${made.uuid}` });
  return true;
}

module.exports = { card, price, redeemed };
