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
const BENEFITS_SHOWN = 6;

/** What her tier brings her, then what the next one would bring beside it. */
function benefits(told) {
  const { tiers } = told;
  const place = tiers.findIndex(({ state }) => state === 'current');
  const hers = place < 0 ? [] : tiers[place].benefits;
  const next = tiers[place + 1];
  const locked = next ? next.benefits.filter((each) => !hers.includes(each)) : [];
  return [
    ...hers.map((text) => ({ text, isLocked: false })),
    ...locked.map((text) => ({ text: `${next.name} · ${text}`, isLocked: true })),
  ].slice(0, BENEFITS_SHOWN);
}

definePage('home', {
  data: { coupon: null, rewards: [], benefits: [] },

  async load() {
    const [mine, held, offered, tiers] = await Promise.all([
      me.read(),
      optional(coupons.read({ standing: 'open' })),
      optional(rewards.read()),
      optional(me.tiers()),
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
      benefits: tiers ? benefits(tiers) : [],
      coupon: open.length ? ticket(open[0]) : null,
      more: open.length > 1 ? fill(spoken.more, { n: many }) : '',
      rewards: (offered || []).slice(0, REWARDS_SHOWN).map((each) => ({
        ...each,
        price: each.coupon ? words().mall.free : fill(words().common.points, { n: grouped(each.points) }),
      })),
    };
  },
});
