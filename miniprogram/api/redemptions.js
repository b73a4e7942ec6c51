// What she exchanged points for.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  all: async () => (await api.get('/me/redemptions')).redemptions,
  one: (uuid) => api.get(`/me/redemptions/${uuid}`),
  /** Under a new name of hers; or again under `uuid`, which she gave it before. */
  redeem: (reward, uuid) =>
    uuid
      ? api.put(`/me/redemptions/${uuid}`, { reward })
      : named(`redeem.${reward}`, reward, (name) => api.put(`/me/redemptions/${name}`, { reward })),
  cancel: (uuid) => api.remove(`/me/redemptions/${uuid}`),
};
