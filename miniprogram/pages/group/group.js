const communities = require('../../api/communities');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

function card(group) {
  const spoken = words().group;
  return {
    ...group,
    size: fill(spoken.size, { members: group.members, capacity: group.capacity }),
    line: spoken.states[group.state],
  };
}

definePage('group', {
  data: { groups: [] },

  load: async () => ({ groups: (await communities.read()).map(card) }),

  onInvite({ currentTarget }) {
    const { code } = currentTarget.dataset;
    return this.once(code, async () => {
      const invited = card(await communities.invite(code));
      this.setData({
        groups: this.data.groups.map((group) => (group.code === code ? invited : group)),
      });
    });
  },
});
