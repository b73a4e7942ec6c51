const me = require('../../api/me');
const coupons = require('../../api/coupons');
const rewards = require('../../api/rewards');
const brand = require('../../utils/brand');
const { ticket } = require('../../utils/coupons');
const { grouped, lastDay } = require('../../utils/format');
const { definePage, optional } = require('../../utils/page');
const { tierCard } = require('../../utils/tiers');
const { fill, words } = require('../../utils/words');

const REWARDS_SHOWN = 6;

definePage('home', {
  data: { coupon: null, rewards: [] },

  async load() {
    const [mine, held, offered] = await Promise.all([
      me.read(),
      optional(coupons.read({ standing: 'open' })),
      optional(rewards.read()),
    ]);
    const spoken = words().home;
    const { points } = mine;
    const open = held ? held.found : [];
    const many = held && held.next_before ? `${open.length}+` : open.length;
    return {
      brand: brand.now(),
      number: mine.uuid.slice(-8).toUpperCase(),
      available: grouped(points.available),
      boost: mine.boost ? mine.boost.line : '',
      pending: points.pending ? fill(spoken.pending, { n: grouped(points.pending) }) : '',
      expiring: points.expiring
        ? fill(spoken.expiring, { n: grouped(points.expiring), day: lastDay(points.expires_first_at) })
        : '',
      tier: tierCard(mine.tier),
      coupon: open.length ? ticket(open[0]) : null,
      more: open.length > 1 ? fill(spoken.more, { n: many }) : '',
      rewards: (offered || []).slice(0, REWARDS_SHOWN).map((each) => ({
        ...each,
        price: fill(words().common.points, { n: grouped(each.points) }),
      })),
    };
  },
});
