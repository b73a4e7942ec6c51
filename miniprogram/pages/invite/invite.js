const referrals = require('../../api/referrals');
const { Refused } = require('../../utils/api');
const { day } = require('../../utils/format');
const { growing } = require('../../utils/growing');
const { definePage, optional } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const row = (friend) => ({
  uuid: friend.uuid,
  name: friend.name,
  line: friend.line,
  cameBy: friend.came_by || '',
  when: day(friend.invited_at),
  counts: friend.state === 'qualified',
});

const grouped = (code) => code.match(/.{1,4}/g).join('-');

definePage('invite', {
  data: { rows: [], before: null, typed: '', invited: '', poster: '' },
  ...growing((asked) => referrals.friends(asked), row),

  /** A friend's link, or the code in the mini-program code of a poster. */
  onLoad({ ref, scene }) {
    this.ref = ref || decodeURIComponent(scene || '').replace(/^ref=/, '');
  },

  async load() {
    const invited = this.ref ? await this.came(this.ref) : this.data.invited;
    const [mine, page, qr] = await Promise.all([referrals.read(), this.first(), optional(referrals.qr())]);
    const spoken = words().invite;
    return {
      ...page,
      ...mine,
      invited,
      qr: qr ? qr.image : '',
      shown: grouped(mine.code),
      counted: fill(spoken.counted, { n: mine.friends, more: mine.on_the_way }),
      ahead: mine.next ? fill(spoken.ahead, { n: mine.next.friends - mine.friends }) : '',
      boosted: mine.boost ? mine.boost.line : '',
    };
  },

  /** What is said to whoever came by a friend's link; her own leads to her own page. */
  async came(ref) {
    try {
      await referrals.accept(ref, 'link');
      return words().invite.accepted;
    } catch (refused) {
      if (!(refused instanceof Refused)) throw refused;
      return refused.code === 'invites_herself' ? '' : refused.message;
    } finally {
      this.ref = '';
    }
  },

  onTyped({ detail }) {
    this.setData({ typed: detail.value });
  },

  onEnter() {
    const { typed, t } = this.data;
    if (!typed.trim()) return this.say(t.how);
    return this.once('enter', async () => {
      await referrals.accept(typed.trim(), 'code');
      this.setData({ typed: '', invited: t.accepted });
    });
  },

  onCopy() {
    return wx.setClipboardData({ data: this.data.shown });
  },

  /** The picture to send or print; drawn when it is asked for. */
  onPoster() {
    return this.once('poster', async () => {
      const { image } = await referrals.poster();
      this.setData({ poster: image });
    });
  },

  onSave() {
    return this.once('save', async () => {
      const { t } = this.data;
      const filePath = `${wx.env.USER_DATA_PATH}/invitation.png`;
      try {
        await new Promise((success, fail) => {
          const data = this.data.poster.split(',')[1];
          wx.getFileSystemManager().writeFile({ filePath, data, encoding: 'base64', success, fail });
        });
        await wx.saveImageToPhotosAlbum({ filePath });
        this.say(t.saved);
      } catch ({ errMsg = '' }) {
        if (!/cancel/.test(errMsg)) this.say(/deny|denied/.test(errMsg) ? t.may_not_save : t.not_saved);
      }
    });
  },

  /** To one chat. Nothing is given for sharing: friends count by what they buy. */
  onShareAppMessage() {
    return { title: fill(words().invite.shared, { name: this.data.name }), path: this.data.page };
  },
});
