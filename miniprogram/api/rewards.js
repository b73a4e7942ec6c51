// What points can be exchanged for.

const api = require('../utils/api');

module.exports = { read: async () => (await api.get('/rewards')).rewards };
