// What every page does alike: its words and colours, loading, trouble with a second try, pulling down,
// and one tap at a time.

const { Away, Refused } = require('./api');
const brand = require('./brand');
const { dressTabs, isTab } = require('./tabs');
const { fill, words } = require('./words');

/**
 * A page named as its words are. `load` returns what it shows; it runs whenever the page is shown.
 * `data.state` is loading, ready or failed; `t` are the page's words, `c` those of all pages.
 */
function definePage(name, { load, data = {}, onLoad, onShow, onHide, ...methods }) {
  Page({
    ...methods,
    data: { ...data, state: 'loading', trouble: '', t: {}, c: { loading: '' }, look: '', busy: '' },

    onLoad(query) {
      this.query = query;
      if (onLoad) onLoad.call(this, query);
    },
    onShow() {
      this.isShown = true;
      this.dress();
      if (onShow) onShow.call(this);
      this.refresh();
    },
    onHide() {
      this.isShown = false;
      if (onHide) onHide.call(this);
    },
    onUnload() {
      this.isShown = false;
      if (onHide) onHide.call(this);
    },
    async onPullDownRefresh() {
      await this.refresh();
      wx.stopPullDownRefresh();
    },

    dress() {
      const spoken = words();
      this.setData({ t: spoken[name], c: spoken.common, look: brand.look() });
      if (isTab(name)) dressTabs();
      wx.setNavigationBarTitle({ title: name === 'home' ? brand.now().name : spoken[name].title });
    },

    /** Loads again; the last wish counts. What is shown already stays where nothing is answered. */
    async refresh() {
      if (this.data.state === 'failed') this.setData({ state: 'loading' });
      const turn = {};
      this.turn = turn;
      try {
        const [loaded] = await Promise.all([load.call(this), brand.load()]);
        if (this.turn !== turn) return;
        if (this.isShown) this.dress();
        this.setData({ ...loaded, state: 'ready', trouble: '' });
      } catch (error) {
        if (this.turn === turn) this.fail(error);
      }
    },
    /** Shows another part of the page: what `chosen` says is loaded, and nothing else meanwhile. */
    choose(chosen) {
      this.setData({ ...chosen, rows: [], before: null, state: 'loading' });
      return this.refresh();
    },
    fail(error) {
      if (!isTold(error)) throw error;
      if (this.data.state === 'ready') this.say(error.message);
      else this.setData({ state: 'failed', trouble: error.message });
    },

    /** Runs one thing at a time, and says why where it was refused. `busy` is its name meanwhile. */
    async once(wish, run) {
      if (this.data.busy) return;
      this.setData({ busy: wish });
      try {
        await run();
      } catch (error) {
        if (!isTold(error)) throw error;
        this.say(error.message);
      } finally {
        this.setData({ busy: '' });
      }
    },

    say: (title) => wx.showToast({ title, icon: 'none', duration: 2600 }),
    fill,
  });
}

/** Whether people are told of it; anything else is a mistake of ours. */
const isTold = (error) => error instanceof Refused || error instanceof Away;

/** What a page can do without: null where it cannot be had. */
const optional = (asked) =>
  asked.catch((error) => {
    if (!isTold(error)) throw error;
    return null;
  });

module.exports = { definePage, optional };
