// Ladders: what she spent of what counts, and the coupons that shops on platforms gave her.

const api = require('../utils/api');

module.exports = { read: async () => (await api.get('/ladders')).ladders };
