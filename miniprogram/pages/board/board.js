const leaderboards = require('../../api/leaderboards');
const clock = require('../../utils/clock');
const { grouped, left } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const CODE = 'week';
const PODIUM = 3;
const SEEN = [1, 0, 2]; // second, first, third from left to right

const row = (each) => ({ ...each, score: grouped(each.score) });

definePage('board', {
  async load() {
    const told = await leaderboards.read(CODE);
    const spoken = words().board;
    const top = told.top.map(row);
    const near = told.neighbours.filter(({ rank }) => rank > top.length).map(row);
    return {
      name: told.name,
      until: fill(spoken.ends, { left: left(told.ends_at, clock.now()) }),
      podium: SEEN.map((place) => top[place]).filter(Boolean),
      rows: top.slice(PODIUM),
      near,
      isEmpty: !top.length,
      me: told.me && {
        ...row(told.me),
        line: told.me.gap ? fill(spoken.gap, { n: grouped(told.me.gap) }) : spoken.first,
      },
    };
  },
});
