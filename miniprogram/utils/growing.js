// A list that goes on at its end: read page by page, and read anew as far as it was shown.

const A_PAGE = 20;
const AT_ONCE = 100;

/** A query of what is known: `limit`, `before` and whatever else is asked for. */
const query = (asked) =>
  Object.entries(asked)
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

/**
 * What a page with such a list does. `read.call(page, { limit, before })` asks the server for
 * `{ found, next_before }`, and `row` makes of each found what is shown in `data.rows`.
 */
const growing = (read, row) => ({
  async first() {
    const limit = Math.min(AT_ONCE, Math.max(A_PAGE, (this.data.rows || []).length));
    const { found, next_before: before } = await read.call(this, { limit });
    return { rows: found.map(row), before };
  },

  onReachBottom() {
    if (this.data.before && this.data.state === 'ready') this.onMore();
  },

  onMore() {
    return this.once('more', async () => {
      const { before } = this.data;
      const page = await read.call(this, { limit: A_PAGE, before });
      if (this.data.before !== before) return; // another list stands here by now
      this.setData({ rows: [...this.data.rows, ...page.found.map(row)], before: page.next_before });
    });
  },
});

module.exports = { growing, query };
