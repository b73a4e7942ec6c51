const me = require('../../api/me');
const subscriptions = require('../../api/subscriptions');
const brand = require('../../utils/brand');
const { dark } = require('../../utils/colour');
const { definePage, optional } = require('../../utils/page');
const { choose, language, words } = require('../../utils/words');

const LANGUAGES = ['zh', 'en'];
const NAMES = ['中文', 'English'];

definePage('settings', {
  data: { names: NAMES, spoken: 0 },

  async load() {
    const [mine, templates] = await Promise.all([me.read(), optional(subscriptions.templates())]);
    this.templates = templates || [];
    return {
      isBound: mine.phone_bound,
      isPersonal: mine.personal_offers,
      onColour: dark(brand.now().colour),
      hasMessages: this.templates.length > 0,
      spoken: LANGUAGES.indexOf(language()),
    };
  },

  onLanguage({ detail }) {
    return this.once('language', async () => {
      const name = LANGUAGES[Number(detail.value)];
      await me.speak(name);
      choose(name);
      brand.forget();
      await brand.load();
      await this.refresh();
    });
  },

  onPhone({ detail }) {
    if (!detail.code) return undefined;
    return this.once('phone', async () => {
      await me.bindPhone(detail.code);
      wx.showToast({ title: words().settings.phone_done, icon: 'success' });
      await this.refresh();
    });
  },

  onPersonal({ detail }) {
    this.setData({ isPersonal: detail.value });
    return this.once('personal', async () => {
      try {
        await me.choose({ personal_offers: detail.value });
      } catch (failed) {
        this.setData({ isPersonal: !detail.value });
        throw failed;
      }
    });
  },

  onMessages() {
    return this.once('messages', async () => {
      const answer = await wx.requestSubscribeMessage({ tmplIds: this.templates });
      const accepted = this.templates.filter((id) => answer[id] === 'accept');
      if (!accepted.length) return;
      await subscriptions.tell(accepted);
      wx.showToast({ title: words().settings.messages_done, icon: 'success' });
    });
  },
});
