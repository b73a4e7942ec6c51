const me = require('../../api/me');
const { bright } = require('../../utils/brightness');
const clock = require('../../utils/clock');
const { definePage, optional } = require('../../utils/page');
const { fill, words } = require('../../utils/words');

const SECOND_MS = 1000;

definePage('code', {
  ...bright,
  data: { made: { code: '' } },

  async load() {
    const made = await me.code();
    this.brighten();
    this.count(made);
    return { made, line: this.line(made) };
  },

  onHide() {
    clearTimeout(this.counting);
    this.darken();
  },

  line(made) {
    const rest = Math.ceil((Date.parse(made.renews_at) - clock.now()) / SECOND_MS);
    return rest > 0 ? fill(words().code.seconds, { n: rest }) : words().code.renewing;
  },

  /** Counts down, and asks for the next code when this one is over. */
  count(made) {
    clearTimeout(this.counting);
    if (this.isShown) this.counting = setTimeout(() => this.tick(made), SECOND_MS);
  },

  async tick(made) {
    if (!this.isShown) return;
    const isOver = Date.parse(made.renews_at) <= clock.now();
    const next = (isOver && (await optional(me.code()))) || made;
    if (!this.isShown) return;
    this.setData({ made: next, line: this.line(next) });
    this.count(next);
  },
});
