const consents = require('../../api/consents');
const brand = require('../../utils/brand');
const { dark } = require('../../utils/colour');
const { day } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const named = ({ purpose, channel }) => (channel ? `${purpose}_${channel}` : purpose);

definePage('privacy', {
  data: { switches: [] },

  async load() {
    return { onColour: dark(brand.now().colour), ...this.told(await consents.read()) };
  },

  told(standing) {
    const spoken = words().privacy;
    const switches = standing.map((each) => ({
      ...each,
      name: named(each),
      title: spoken.switches[named(each)],
      about: spoken.about[named(each)],
      since: each.decided_at ? fill(spoken.since, { day: day(each.decided_at) }) : '',
    }));
    return { switches, kept: Object.values(spoken.kept) };
  },

  onSwitch({ detail, currentTarget }) {
    const { place } = currentTarget.dataset;
    const { purpose, channel } = this.data.switches[place];
    const path = `switches[${place}].is_given`;
    this.setData({ [path]: detail.value });
    return this.once('switch', async () => {
      try {
        const choice = { purpose, channel, is_given: detail.value };
        this.setData(this.told(await consents.choose([choice])));
      } catch (failed) {
        this.setData({ [path]: !detail.value });
        throw failed;
      }
    });
  },

  onSignOut() {
    return this.once('sign-out', async () => {
      const { t, c } = this.data;
      const { confirm } = await wx.showModal({
        title: t.out_ask,
        content: t.out_after,
        confirmText: t.out_yes,
        cancelText: c.back,
      });
      if (!confirm) return;
      await consents.signOutEverywhere();
      wx.showToast({ title: t.out_done, icon: 'success' });
      await this.refresh();
    });
  },
});
