// The sheet of wx.requestPayment: what WeChat Pay shows, and what it does is the simulator's.

import { element } from '../../js/element.js';
import { look, phone, play, say } from '../phone.js';
import { ask, choice } from './sheet.js';

const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;

/** Raises: Error('cancel') where she does not pay; the platform's sentence where it refuses. */
export async function requestPayment({ timeStamp, nonceStr, package: prepaid, signType, paySign }) {
  const order = { timeStamp, nonceStr, package: prepaid, signType, paySign };
  const { total_fen: total, description } = await look(
    `payments/${encodeURIComponent(prepaid.replace(/^prepay_id=/, ''))}`,
  );
  const pays = await ask('bottom', say('微信支付', 'WeChat Pay'), (end) => [
    element('p', { class: 'sheet__app' }, description || phone.name),
    element('p', { class: 'sheet__sum' }, yuan(total)),
    element(
      'dl',
      { class: 'sheet__facts' },
      element('dt', {}, say('支付方式', 'Pay with')),
      element('dd', {}, say('零钱（模拟）', 'Balance (simulated)')),
    ),
    element(
      'div',
      { class: 'sheet__pair sheet__pair--apart' },
      choice(say('取消', 'Cancel'), () => end(false)),
      choice(say('确认支付', 'Pay'), () => end(true), 'sheet__button--main sheet__first'),
    ),
  ]);
  await play('miniprogram/pay', { ...order, is_confirmed: pays === true });
  if (!pays) throw new Error('cancel');
  return {};
}
