// Which words the page speaks: Chinese or English. What the bot answers is not ours to translate.

import { zh } from './zh.js';
import { en } from './en.js';

const DICTIONARIES = { zh, en };
const KEPT_AS = 'jifen.language';
const listeners = new Set();
let current = kept() ?? (navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en');

export const language = () => current;
export const locale = () => (current === 'zh' ? 'zh-CN' : 'en-GB');

/**
 * The words for a key, with {names} filled in. A key that does not exist is a bug and is shown as
 * itself.
 */
export function t(key, values = {}) {
  return wordsIn(current, key, values);
}

/**
 * The same in a given language: what a consumer would type depends on the consumer, not on the
 * page.
 */
export function wordsIn(name, key, values = {}) {
  const text = DICTIONARIES[name][key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, slot) => values[slot] ?? whole);
}

export function speak(name) {
  current = name in DICTIONARIES ? name : 'en';
  try {
    localStorage.setItem(KEPT_AS, current);
  } catch {
    /* private windows keep nothing */
  }
  applyWords();
  listeners.forEach((listener) => listener());
}

export const onLanguage = (listener) => listeners.add(listener);

/** Fills every element of index.html that names its words. */
export function applyWords() {
  document.documentElement.lang = locale();
  document.querySelectorAll('[data-words]').forEach((node) => {
    node.textContent = t(node.dataset.words);
  });
  document.querySelectorAll('[data-words-label]').forEach((node) => {
    node.setAttribute('aria-label', t(node.dataset.wordsLabel));
    if (node.matches('button')) node.title = t(node.dataset.wordsLabel);
  });
  document.querySelectorAll('[data-words-title]').forEach((node) => {
    node.title = t(node.dataset.wordsTitle);
  });
}

function kept() {
  try {
    const name = localStorage.getItem(KEPT_AS);
    return name in DICTIONARIES ? name : null;
  } catch {
    return null;
  }
}
