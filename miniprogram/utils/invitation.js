// Cards that a member shares: they lead to what she shared, and name by whom the reader came.

const referrals = require('../api/referrals');
const { Refused } = require('./api');
const { address } = require('./query');
const { optional } = require('./page');

/**
 * What a friend hears who opened a card, `ref` being its sender's code; nothing where she came before,
 * or is who sent it. Nothing is given for opening it.
 */
async function opened(ref, shared, accepted) {
  try {
    await referrals.accept(ref, 'card', shared);
    return accepted;
  } catch (refused) {
    if (!(refused instanceof Refused) || refused.status >= 500) throw refused;
    return '';
  }
}

/** The code by which she invites; '' where nobody invites at the moment. */
async function hers() {
  const mine = await optional(referrals.read());
  return mine ? mine.code : '';
}

/** A page with who shared it. */
const card = (path, values, ref) => address(path, ref ? { ...values, ref } : values);

module.exports = { card, hers, opened };
