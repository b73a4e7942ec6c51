const articles = require('../../api/articles');
const { card, hers, opened } = require('../../utils/invitation');
const { definePage } = require('../../utils/page');
const { words } = require('../../utils/words');

definePage('article', {
  data: { rows: [], article: null, invited: '' },

  onLoad({ ref, code }) {
    this.ref = ref && code ? ref : '';
  },

  async load() {
    const { code } = this.query;
    if (!code) return { rows: await articles.list() };
    const { accepted } = words().invite;
    const invited = this.ref ? await opened(this.ref, `article:${code}`, accepted) : this.data.invited;
    this.ref = '';
    const [told, mine] = await Promise.all([articles.read(code), hers()]);
    this.mine = mine;
    return { invited, article: { ...told, lines: told.text.split('\n').filter((each) => each.trim()) } };
  },

  /** To one chat. Nothing is given for sharing: friends count by what they buy. */
  onShareAppMessage() {
    const { article } = this.data;
    const path = '/pages/article/article';
    if (!article) return { title: this.data.t.title, path };
    return { title: article.title, path: card(path, { code: article.code }, this.mine) };
  },
});
