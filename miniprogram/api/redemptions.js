// What she exchanged points for.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  all: async () => (await api.get('/me/redemptions')).redemptions,
  one: (uuid) => api.get(`/me/redemptions/${uuid}`),
  /** What is sent needs an `address`. */
  redeem: (reward, address) =>
    named(`redeem.${reward}`, JSON.stringify([reward, address]), (uuid) =>
      api.put(`/me/redemptions/${uuid}`, address ? { reward, address } : { reward }),
    ),
  /** The same wish again, by the name that she gave it: with what opens its payment sheet. */
  again: (uuid, reward) => api.put(`/me/redemptions/${uuid}`, { reward }),
  cancel: (uuid) => api.remove(`/me/redemptions/${uuid}`),
  receive: (uuid) => api.put(`/me/redemptions/${uuid}/receipt`),
};
