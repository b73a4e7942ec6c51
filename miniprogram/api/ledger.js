// The movements of her points, what became of all of them, and the rules behind.

const api = require('../utils/api');
const { query } = require('../utils/growing');

module.exports = {
  async read(asked) {
    const { lines, next_before } = await api.get(`/me/ledger?${query(asked)}`);
    return { found: lines, next_before };
  },
  sums: () => api.get('/me/ledger/sums'),
  rules: () => api.get('/me/ledger/rules'),
};
