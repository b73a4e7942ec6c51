// The list that <picker> opens.

import { element } from '../../js/element.js';
import { say } from '../phone.js';
import { ask, choice } from './sheet.js';

/** The place of the chosen name, or null. */
export const chooseFrom = (title, names, current) =>
  ask('bottom', title || say('选择', 'Choose'), (end) => [
    title && element('p', { class: 'sheet__alert' }, title),
    element(
      'div',
      { class: 'sheet__list', role: 'listbox' },
      names.map((name, place) => {
        const row = choice(name, () => end(place), 'sheet__button--row');
        if (place === current) row.setAttribute('aria-current', 'true');
        return row;
      }),
    ),
    choice(say('取消', 'Cancel'), () => end(null), 'sheet__button--row sheet__button--last'),
  ]);
