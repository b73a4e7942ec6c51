// The camera of wx.scanCode: it reads what hangs in a shop, or what somebody says a code holds.

import { element } from '../../js/element.js';
import { phone, say } from '../phone.js';
import { ask, choice } from './sheet.js';

/** What was read, as WeChat tells it. Raises: Error('cancel') where she closed the camera. */
export async function scanCode() {
  const title = say('扫一扫', 'Scan');
  const result = await ask('bottom', title, (end) => [
    element('p', { class: 'sheet__alert' }, title),
    ...phone.posters.map((poster) =>
      choice(say(poster.name_zh, poster.name_en), () => end(poster.link), 'sheet__button--row'),
    ),
    typed(end),
    choice(say('取消', 'Cancel'), () => end(null), 'sheet__button--row sheet__button--last'),
  ]);
  if (result === null) throw new Error('cancel');
  return { result, scanType: 'QR_CODE', charSet: 'utf-8', path: '' };
}

function typed(end) {
  const label = say('屏幕上码的内容（链接）', 'What a code on a screen holds (a link)');
  const field = element('input', {
    class: 'sheet__field',
    type: 'text',
    placeholder: label,
    'aria-label': label,
    autocomplete: 'off',
  });
  const read = (event) => {
    event.preventDefault();
    if (field.value.trim()) end(field.value.trim());
  };
  return element(
    'form',
    { class: 'sheet__form', on: { submit: read } },
    field,
    element('button', { type: 'submit', class: 'sheet__button' }, say('扫这个码', 'Scan it')),
  );
}
