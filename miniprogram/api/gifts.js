// What she gives to friends, and what friends gave her.

const api = require('../utils/api');
const { query } = require('../utils/growing');
const { named } = require('../utils/named');

module.exports = {
  /** Those that she gave, or that she claimed. */
  async read(group, asked) {
    const path = group === 'given' ? '/me/gifts' : '/me/claimed-gifts';
    const { gifts, next_before } = await api.get(`${path}?${query(asked)}`);
    return { found: gifts, next_before };
  },
  options: () => api.get('/me/gift-options'),
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
