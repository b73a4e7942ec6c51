// Her coupons.

const api = require('../utils/api');

module.exports = { read: async () => (await api.get('/me/coupons')).coupons };
