// The page of wx.chooseAddress: the addresses that WeChat keeps for a consumer, as far as we play it.

import { element } from '../../js/element.js';
import { phone, play, say } from '../phone.js';
import { ask, choice } from './sheet.js';

const HOME = ['浙江省', '杭州市', '西湖区', '文三路 90 号 3 幢 2 单元 501 室', '310012'];
// A city without districts: WeChat leaves countyName empty.
const WORK = ['广东省', '东莞市', '', '东城街道鸿福东路 200 号 8 楼', '523000'];
const NAMES = ['provinceName', 'cityName', 'countyName', 'detailInfo', 'postalCode'];

/** Raises: Error('cancel') where none was chosen. */
export async function chooseAddress() {
  const place = await ask('bottom', say('选择收货地址', 'Choose an address'), (end) => [
    element('h2', { class: 'sheet__title' }, say('选择收货地址', 'Choose an address')),
    [HOME, WORK].map((parts, each) =>
      choice(
        `${phone.consumerName} ${phone.mobile} ${parts.slice(0, 4).join('')}`,
        () => end(each),
        'sheet__button--row',
      ),
    ),
    choice(say('取消', 'Cancel'), () => end(null), 'sheet__button--row sheet__button--last'),
  ]);
  if (place === null) throw new Error('cancel');
  await play('miniprogram/authorizations', { given: 'address' });
  const parts = [HOME, WORK][place];
  return {
    userName: phone.consumerName,
    telNumber: phone.mobile,
    nationalCode: '',
    ...Object.fromEntries(NAMES.map((name, each) => [name, parts[each]])),
  };
}
