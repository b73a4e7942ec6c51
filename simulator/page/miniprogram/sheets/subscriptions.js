// The sheet of wx.requestSubscribeMessage.

import { element } from '../../js/element.js';
import { phone, play, say } from '../phone.js';
import { ask, choice } from './sheet.js';

/** By template id: 'accept' or 'reject'. What was allowed is told to the platform. */
export async function requestSubscribeMessage({ tmplIds }) {
  const allowed = await ask('bottom', say('订阅消息', 'Subscribe to messages'), (end) => [
    element('p', { class: 'sheet__app' }, phone.name),
    element(
      'h2',
      { class: 'sheet__title sheet__title--left' },
      say('申请发送一次以下消息', 'Asks to send you each of these once'),
    ),
    element(
      'ul',
      { class: 'sheet__messages' },
      tmplIds.map((id) => element('li', {}, phone.templates[id] ?? id)),
    ),
    element(
      'div',
      { class: 'sheet__pair sheet__pair--apart' },
      choice(say('取消', 'Cancel'), () => end(false)),
      choice(say('允许', 'Allow'), () => end(true), 'sheet__button--main sheet__first'),
    ),
  ]);
  if (allowed) await play('miniprogram/subscriptions', { accepted: tmplIds });
  return Object.fromEntries(tmplIds.map((id) => [id, allowed ? 'accept' : 'reject']));
}
