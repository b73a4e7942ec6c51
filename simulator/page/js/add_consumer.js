// Somebody new with a phone.

import { byId, element } from './element.js';
import { once } from './once.js';
import { play } from './play.js';
import { closeSheet, openSheet } from './sheets.js';
import { complain } from './toast.js';
import { language, t } from './words.js';
import { world } from './world.js';

const LANGUAGES = { zh_CN: '简体中文', zh_TW: '繁體中文', en: 'English' };

export const languageName = (code) => LANGUAGES[code] ?? code;

const NICKNAME_LONGEST = 32;

/** Asks for the name and the language of somebody new. */
export function askForConsumer() {
  const nickname = element('input', {
    class: 'field',
    name: 'nickname',
    maxlength: NICKNAME_LONGEST,
    autocomplete: 'off',
    required: true,
  });
  const error = element('p', { class: 'form__error', role: 'alert' });
  const choice = (value) =>
    element(
      'label',
      { class: 'switch__choice' },
      element('input', {
        type: 'radio',
        name: 'consumer-language',
        value,
        checked: (value === 'en') === (language() === 'en'),
      }),
      element('span', {}, LANGUAGES[value]),
    );
  const submit = (event) => {
    event.preventDefault();
    const spoken = event.target.elements['consumer-language'].value;
    addConsumer(nickname.value.trim(), spoken, error);
  };
  openSheet({
    title: t('add.title'),
    focus: null,
    body: [
      element(
        'form',
        { class: 'form', novalidate: true, on: { submit } },
        element('label', { class: 'form__label' }, t('add.nickname'), nickname),
        element(
          'fieldset',
          { class: 'switch' },
          element('legend', { class: 'form__label' }, t('add.language')),
          choice('zh_CN'),
          choice('en'),
        ),
        error,
        element('button', { class: 'button', type: 'submit' }, t('add.save')),
      ),
    ],
  });
}

async function addConsumer(nickname, spoken, error) {
  if (!nickname) {
    error.textContent = t('add.empty');
    return;
  }
  const add = async () => {
    const consumer = await play.addConsumer(nickname, spoken);
    closeSheet();
    await world.refreshState();
    await world.select(consumer.id);
  };
  await once('add consumer', add).catch((failure) => {
    complain(failure);
    error.textContent = byId('toast').textContent;
  });
}
