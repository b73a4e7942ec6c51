// WeChat's settings of a mini-program: what the consumer gave it, and may take back here.

import { look, phone, play, say } from '../phone.js';
import { showActionSheet, showModal, showToast } from './dialogs.js';

const NAMES = {
  phone: () => say('手机号', 'Phone number'),
  address: () => say('收货地址', 'Address'),
};

export async function openSettings() {
  const { given } = await look(
    `consumers/${encodeURIComponent(phone.consumerId)}/miniprogram/authorizations`,
  );
  const rows = given.map((what) => say(`收回：${NAMES[what]()}`, `Take back: ${NAMES[what]()}`));
  const { tapIndex } = await showActionSheet({
    alertText: given.length
      ? say('小程序用了你给的这些', 'You let the mini-program use these')
      : say('你没有给过小程序什么', 'You gave the mini-program nothing'),
    itemList: [...rows, say('注销微信账号', 'Close my WeChat account')],
  }).catch(() => ({}));
  if (tapIndex === undefined) return;
  if (tapIndex < given.length) await takeBack(given[tapIndex]);
  else await closeAccount();
}

async function takeBack(what) {
  await play('miniprogram/authorizations/revoke', { what: [what] });
  showToast({ title: say('已收回', 'Taken back') });
}

async function closeAccount() {
  const { confirm } = await showModal({
    title: say('注销微信账号？', 'Close your WeChat account?'),
    content: say(
      '微信会告诉小程序，它必须删除你的资料。',
      'WeChat tells the mini-program, which must delete what it knows of you.',
    ),
  });
  if (!confirm) return;
  await play('miniprogram/authorizations/close');
  showToast({ title: say('已注销', 'Closed') });
}
