const me = require('../../api/me');
const { day } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const upTo = (count) => Array.from({ length: count }, (_, place) => place + 1);
const two = (number) => String(number).padStart(2, '0');

definePage('profile', {
  data: { called: '', months: [], days: [], month: 0, date: 0 },

  async load() {
    const spoken = words().profile;
    const mine = await me.profile();
    const [month, date] = (mine.birthday || '00-00').split('-').map(Number);
    return {
      called: mine.called,
      month,
      date,
      months: [spoken.none, ...upTo(12).map((n) => fill(spoken.months, { n }))],
      days: [spoken.none, ...upTo(31).map((n) => fill(spoken.days, { n }))],
      fixed: mine.birthday_changes_at
        ? fill(spoken.fixed, { day: day(mine.birthday_changes_at) })
        : '',
    };
  },

  onCalled({ detail }) {
    this.setData({ called: detail.value });
  },
  onMonth({ detail }) {
    this.setData({ month: Number(detail.value) });
  },
  onDay({ detail }) {
    this.setData({ date: Number(detail.value) });
  },

  onSave() {
    return this.once('save', async () => {
      const { called, month, date } = this.data;
      if (!month !== !date) {
        this.say(words().profile.whole);
        return;
      }
      await me.tell({ called, birthday: month ? `${two(month)}-${two(date)}` : null });
      wx.showToast({ title: words().profile.saved, icon: 'success' });
      await this.refresh();
    });
  },
});
