// The movements of her points.

const api = require('../utils/api');
const { query } = require('../utils/growing');

module.exports = {
  async read(asked) {
    const { lines, next_before } = await api.get(`/me/ledger?${query(asked)}`);
    return { found: lines, next_before };
  },
};
