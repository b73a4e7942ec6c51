// Her coupons, those she may claim, and codes that turn into one.

const api = require('../utils/api');
const { query } = require('../utils/growing');
const { named } = require('../utils/named');

module.exports = {
  /** Those that stand so: open, used or over. */
  async read(asked) {
    const { coupons, next_before } = await api.get(`/me/coupons?${query(asked)}`);
    return { found: coupons, next_before };
  },
  one: (uuid) => api.get(`/me/coupons/${uuid}`),
  batches: async () => (await api.get('/coupon-batches')).batches,
  claim: (batch) =>
    named(`claim.${batch}`, batch, (uuid) => api.put(`/me/coupon-claims/${uuid}`, { batch })),
  enter: (code) => api.put('/me/coupon-codes', { code }),
};
