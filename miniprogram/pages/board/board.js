const consents = require('../../api/consents');
const leaderboards = require('../../api/leaderboards');
const brand = require('../../utils/brand');
const clock = require('../../utils/clock');
const { dark } = require('../../utils/colour');
const { day, grouped, left, yuan } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const PODIUM = 3;
const SEEN = [1, 0, 2]; // second, first, third from left to right

/** By how much somebody moved: an arrow, and the same in words. */
function movement(moved) {
  const { fell, fresh, rose, stayed } = words().board;
  if (moved === null) return { sign: fresh, way: 'new', said: fresh };
  if (moved === 0) return { sign: '–', way: 'same', said: stayed };
  const n = Math.abs(moved);
  return moved > 0
    ? { sign: `↑${n}`, way: 'up', said: fill(rose, { n }) }
    : { sign: `↓${n}`, way: 'down', said: fill(fell, { n }) };
}

/** What is to be won: ranks, prize, from when it is given, and how little wins nothing. */
function winning(told, figure) {
  const spoken = words().board;
  return {
    prizes: told.prizes.map((one) => ({
      ...one,
      ranks:
        one.first_rank === one.last_rank
          ? fill(spoken.one_rank, { n: one.first_rank })
          : fill(spoken.ranks, { first: one.first_rank, last: one.last_rank }),
    })),
    final: told.prizes_on ? fill(spoken.final, { day: day(told.prizes_on) }) : '',
    least: told.least_score > 1 ? fill(spoken.least, { n: figure(told.least_score) }) : '',
    last: last(told.last),
  };
}

/** How far she is behind the one before her. */
function behind({ gap }, figure) {
  const { first, gap: sentence, tied } = words().board;
  if (gap === null) return first;
  return gap === 0 ? tied : fill(sentence, { n: figure(gap) });
}

function last(ended) {
  if (!ended || !ended.prize) return '';
  const { won, won_soon: soon } = words().board;
  return fill(ended.given_at ? won : soon, { rank: ended.rank, prize: ended.prize });
}

definePage('board', {
  data: { boards: [], code: '' },

  async load() {
    const onColour = dark(brand.now().colour);
    const boards = await leaderboards.list();
    if (!boards.length) return { boards, onColour, isNone: true };
    const chosen = boards.find(({ code }) => code === this.data.code) || boards[0];
    return { boards, code: chosen.code, onColour, isNone: false, ...(await this.season(chosen)) };
  },

  async season({ code }) {
    const told = await leaderboards.read(code);
    const spoken = words().board;
    const figure = told.source === 'spend' ? yuan : grouped;
    const row = (each) => ({ ...each, score: figure(each.score), ...movement(each.moved) });
    const top = told.top.map(row);
    return {
      name: told.name,
      counts: spoken.counts[told.source],
      until: fill(spoken.ends, { left: left(told.ends_at, clock.now()) }),
      podium: SEEN.map((place) => top[place]).filter(Boolean),
      rows: top.slice(PODIUM),
      near: told.neighbours.filter(({ rank }) => rank > top.length).map(row),
      isEmpty: !top.length,
      isShown: !told.is_hidden,
      unranked: spoken.unranked[told.source],
      ...winning(told, figure),
      me: told.me && {
        ...row(told.me),
        line: behind(told.me, figure),
      },
    };
  },

  onBoard({ currentTarget }) {
    this.setData({ code: currentTarget.dataset.code });
    return this.refresh();
  },

  onShown({ detail }) {
    this.setData({ isShown: detail.value });
    return this.once('shown', async () => {
      try {
        await consents.choose([{ purpose: 'boards', channel: '', is_given: detail.value }]);
      } catch (failed) {
        this.setData({ isShown: !detail.value });
        throw failed;
      }
    });
  },
});
