// Leaderboards.

const api = require('../utils/api');

module.exports = { read: (code) => api.get(`/leaderboards/${code}`) };
