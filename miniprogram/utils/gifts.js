// A gift and its card as people see them.

const clock = require('./clock');
const { dark } = require('./colour');
const { day, left, minute } = require('./format');
const { fill, words } = require('./words');

/** A card that white words can be read on. */
const card = (told) => (told ? { ...told, ground: dark(told.colour) } : null);

/** A gift as a line of a list: its state, and since or until when. */
function line(gift, group) {
  const spoken = words().gifts;
  const isOpen = gift.state === 'sent' || gift.state === 'ready';
  return {
    ...gift,
    isOpen,
    word: spoken.states[gift.state],
    when: isOpen
      ? fill(spoken.left, { left: left(gift.lapses_at, clock.now()) })
      : day(gift.ended_at || gift.sent_at || gift.lapses_at),
    url: group === 'given' && isOpen ? `/pages/giving/giving?${gift.state}=${gift.uuid}` : '',
  };
}

module.exports = { card, line, until: (gift) => minute(gift.lapses_at) };
