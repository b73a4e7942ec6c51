// What she exchanged points for.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  all: async () => (await api.get('/me/redemptions')).redemptions,
  one: (uuid) => api.get(`/me/redemptions/${uuid}`),
  redeem: (reward) =>
    named(`redeem.${reward}`, reward, (uuid) => api.put(`/me/redemptions/${uuid}`, { reward })),
  cancel: (uuid) => api.remove(`/me/redemptions/${uuid}`),
};
