// Short words at the middle of the phone, and how a failed action is said.

import { byId } from './element.js';
import { Refused, Unreachable } from './play.js';
import { t } from './words.js';

const SHOWN_MS = 2_400;
let hiding = null;

export function toast(words) {
  const node = byId('toast');
  node.textContent = words;
  node.classList.add('toast--shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => node.classList.remove('toast--shown'), SHOWN_MS);
}

/**
 * Says what went wrong with an action. Anything else than a refusal or silence is a bug and goes
 * on as one.
 */
export function complain(error) {
  toast(sentence(error, t('error.action')));
}

const REFUSALS = {
  not_following: 'error.not_following',
  already_following: 'error.already_following',
  nothing_to_retry: 'error.nothing_to_retry',
  nickname_taken: 'error.nickname_taken',
  blacklisted: 'error.blacklisted',
};

/**
 * The sentence for a failure. Raises: the error itself where it is neither a refusal nor silence.
 */
export function sentence(error, unreachable) {
  if (error instanceof Unreachable) return unreachable;
  if (!(error instanceof Refused)) throw error;
  return REFUSALS[error.code]
    ? t(REFUSALS[error.code])
    : t('error.refused', { message: error.message });
}
