// Her coupons, those she may claim, and codes that turn into one.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  read: async () => (await api.get('/me/coupons')).coupons,
  batches: async () => (await api.get('/coupon-batches')).batches,
  claim: (batch) =>
    named(`claim.${batch}`, batch, (uuid) => api.put(`/me/coupon-claims/${uuid}`, { batch })),
  enter: (code) => api.put('/me/coupon-codes', { code }),
};
