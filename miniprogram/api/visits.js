// Visits to shops: the code that she scanned there, and how often she came.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  read: () => api.get('/me/visits'),
  /** Told again after a broken line, it is the same visit, even when the code has turned since. */
  visit: (code) => named('visit', code, (uuid) => api.put(`/me/visits/${uuid}`, { code })),
};
