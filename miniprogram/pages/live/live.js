const live = require('../../api/live');
const { grouped, minute } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

definePage('live', {
  data: { typed: '', done: null, room: null },

  async load() {
    const room = await live.read();
    const spoken = words().live;
    return {
      room: room && {
        name: room.name,
        until: fill(spoken.until, { when: minute(room.ends_at) }),
      },
    };
  },

  onTyped({ detail }) {
    this.setData({ typed: detail.value });
  },

  onSay() {
    const { typed, t } = this.data;
    if (!typed.trim()) return this.say(t.how);
    return this.once('say', async () => {
      const told = await live.say(typed.trim());
      const points = told.points + told.goal_points;
      this.setData({
        typed: '',
        done: {
          name: told.name,
          title: told.is_new ? t.done : t.before,
          points: told.is_new && points ? fill(t.points, { n: grouped(points) }) : '',
          message: told.message || '',
        },
      });
    });
  },
});
