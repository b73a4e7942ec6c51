// The wallet of WeChat Pay: the consumer's cash coupons, of which she uses one at some merchant's.

import { look, phone, play, say } from '../phone.js';
import { showActionSheet, showToast } from './dialogs.js';

const STATES = {
  SENDED: () => say('使用', 'Use'),
  USED: () => say('已使用', 'Used'),
  EXPIRED: () => say('已过期', 'Expired'),
};

const line = ({ coupon_name: name, normal_coupon_information: worth, status }) =>
  `${STATES[status]()} · ${name} ¥${worth.coupon_amount / 100}`;

export async function openWallet() {
  const { coupons } = await look(`consumers/${encodeURIComponent(phone.consumerId)}/pay-coupons`);
  const { tapIndex } = await showActionSheet({
    alertText: coupons.length
      ? say('微信支付代金券', 'Cash coupons of WeChat Pay')
      : say('卡包里没有代金券', 'There is no cash coupon'),
    itemList: coupons.map(line),
  }).catch(() => ({}));
  const chosen = coupons[tapIndex];
  if (chosen?.status !== 'SENDED') return;
  await play(`pay-coupons/${chosen.coupon_id}/use`);
  showToast({ title: say('付款时已抵扣', 'Taken off your payment') });
}
