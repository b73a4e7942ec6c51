// The customer groups that she may join.

const api = require('../utils/api');

module.exports = {
  read: async () => (await api.get('/communities')).communities,
  invite: (code) => api.put(`/me/invitations/${code}`),
};
