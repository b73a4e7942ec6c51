const me = require('../../api/me');
const { day, grouped } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { tierCard } = require('../../utils/tiers');
const { fill, words } = require('../../utils/words');

definePage('me', {
  async load() {
    const mine = await me.read();
    return {
      number: mine.uuid.slice(-8).toUpperCase(),
      since: fill(words().me.since, { day: day(mine.member_since) }),
      available: grouped(mine.points.available),
      tier: { ...tierCard(mine.tier), letter: mine.tier.name.slice(0, 1) },
      phone: mine.phone_bound ? words().me.bound : words().me.unbound,
    };
  },
});
