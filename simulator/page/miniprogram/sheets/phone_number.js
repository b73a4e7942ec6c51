// What <button open-type="getPhoneNumber"> asks, and what the page hears of it.

import { element } from '../../js/element.js';
import { phone, play, say } from '../phone.js';
import { ask, choice } from './sheet.js';

export async function askForPhone() {
  const number = phone.mobile;
  const shown = `${number.slice(0, 3)}****${number.slice(7)}`;
  const allowed = await ask(
    'bottom',
    say('申请使用你的手机号', 'Asks for your phone number'),
    (end) => [
      element('p', { class: 'sheet__app' }, phone.name),
      element(
        'h2',
        { class: 'sheet__title sheet__title--left' },
        say('申请获取并验证你的手机号', 'Asks to use and verify your phone number'),
      ),
      element(
        'p',
        { class: 'sheet__number' },
        shown,
        element('span', {}, say('微信绑定号码', 'The number of your WeChat')),
      ),
      element(
        'div',
        { class: 'sheet__pair sheet__pair--apart' },
        choice(say('不允许', 'Refuse'), () => end(false)),
        choice(say('允许', 'Allow'), () => end(true), 'sheet__button--main sheet__first'),
      ),
    ],
  );
  if (!allowed) return { errMsg: 'getPhoneNumber:fail user deny' };
  const { code } = await play('miniprogram/phone', { phone: number });
  return { errMsg: 'getPhoneNumber:ok', code };
}
