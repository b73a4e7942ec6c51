// Leaderboards.

const api = require('../utils/api');

module.exports = {
  list: async () => (await api.get('/leaderboards')).boards,
  read: (code) => api.get(`/leaderboards/${code}`),
};
