// wx.showToast, showLoading, showModal, showActionSheet.

import { element } from '../../js/element.js';
import { say } from '../phone.js';
import { ask, choice } from './sheet.js';

const toast = document.getElementById('toast');
const SIGNS = { success: '✓', error: '!', loading: '' };
let hiding = null;

export function showToast({ title = '', icon = 'success', duration = 1500 }) {
  clearTimeout(hiding);
  const sign =
    icon in SIGNS
      ? element(
          'span',
          { class: `toast__sign toast__sign--${icon}`, 'aria-hidden': 'true' },
          SIGNS[icon],
        )
      : '';
  toast.className = `toast toast--shown ${sign ? 'toast--signed' : ''}`;
  toast.replaceChildren(sign, title);
  if (duration !== Infinity) hiding = setTimeout(hideToast, duration);
}

export function hideToast() {
  clearTimeout(hiding);
  toast.className = 'toast';
}

export const showLoading = ({ title = '' }) =>
  showToast({ title, icon: 'loading', duration: Infinity });

export async function showModal({
  title = '',
  content = '',
  showCancel = true,
  cancelText = say('取消', 'Cancel'),
  confirmText = say('确定', 'OK'),
}) {
  const confirmed = await ask('middle', title || content, (end) => [
    title && element('h2', { class: 'sheet__title' }, title),
    element('p', { class: title ? 'sheet__words' : 'sheet__words sheet__words--alone' }, content),
    element(
      'div',
      { class: 'sheet__pair' },
      showCancel && choice(cancelText, () => end(false)),
      choice(confirmText, () => end(true), 'sheet__button--main sheet__first'),
    ),
  ]);
  return { confirm: confirmed === true, cancel: confirmed !== true };
}

/** Raises: Error('cancel') where nothing was chosen. */
export async function showActionSheet({ itemList, alertText = '' }) {
  const tapIndex = await ask('bottom', alertText || say('选择', 'Choose'), (end) => [
    alertText && element('p', { class: 'sheet__alert' }, alertText),
    itemList.map((item, place) => choice(item, () => end(place), 'sheet__button--row')),
    choice(say('取消', 'Cancel'), () => end(null), 'sheet__button--row sheet__button--last'),
  ]);
  if (tapIndex === null) throw new Error('cancel');
  return { tapIndex };
}
