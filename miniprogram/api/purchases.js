// What she bought in every shop of the brand.

const api = require('../utils/api');
const { query } = require('../utils/growing');

module.exports = {
  async read(asked) {
    const { purchases, next_before } = await api.get(`/me/purchases?${query(asked)}`);
    return { found: purchases, next_before };
  },
  one: (uuid) => api.get(`/me/purchases/${uuid}`),
};
