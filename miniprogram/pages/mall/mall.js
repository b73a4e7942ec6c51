const me = require('../../api/me');
const rewards = require('../../api/rewards');
const { grouped } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { card, redeemed } = require('../../utils/rewards');
const { words } = require('../../utils/words');

const ALL = '';

/** Kinds to choose from, where there is more than one. */
function choices(cards, chosen) {
  const { kinds, all } = words().mall;
  const there = [...new Set(cards.map(({ kind }) => kind))].filter((kind) => kinds[kind]);
  if (there.length < 2) return [];
  return [{ kind: ALL, word: all }, ...there.map((kind) => ({ kind, word: kinds[kind] }))].map(
    (each) => ({ ...each, isOn: each.kind === chosen }),
  );
}

definePage('mall', {
  data: { onlyMine: false, kind: ALL, cards: [], shown: [], kinds: [] },

  async load() {
    const [mine, offered] = await Promise.all([me.read(), rewards.read()]);
    this.available = mine.points.available;
    return this.drawn({ cards: offered.map(card), available: grouped(mine.points.available) });
  },

  drawn(changed) {
    const { cards, onlyMine, kind } = { ...this.data, ...changed };
    const chosen = cards.some((each) => each.kind === kind) ? kind : ALL;
    const shown = cards.filter(
      (each) => (!onlyMine || !each.refusal) && (chosen === ALL || each.kind === chosen),
    );
    return { ...changed, kind: chosen, shown, kinds: choices(cards, chosen) };
  },

  onFilter({ detail }) {
    this.setData(this.drawn({ onlyMine: detail.value }));
  },

  onKind({ currentTarget }) {
    this.setData(this.drawn({ kind: currentTarget.dataset.kind }));
  },

  onRedeem({ currentTarget }) {
    const reward = this.data.cards.find(({ code }) => code === currentTarget.dataset.code);
    return this.once(reward.code, async () => {
      if (await redeemed(reward, this.available, this.say)) await this.refresh();
    });
  },

  toTasks: () => wx.switchTab({ url: '/pages/tasks/tasks' }),
});
