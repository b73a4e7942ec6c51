// What she gives to friends, and what friends gave her.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  all: () => api.get('/me/gifts'),
  one: (uuid) => api.get(`/me/gifts/${uuid}`),
  /** Sends points or a coupon under a new name, or the gift that is `ready` under its own. */
  send: (content, ready) =>
    ready
      ? api.put(`/me/gifts/${ready}`, content)
      : named('gift', JSON.stringify(content), (uuid) => api.put(`/me/gifts/${uuid}`, content)),
  takeBack: (uuid) => api.remove(`/me/gifts/${uuid}`),
  look: (link) => api.get(`/gift-links/${link}`),
  claim: (link) => api.put(`/gift-links/${link}/claim`),
};
