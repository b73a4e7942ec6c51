// The brand's events: what is on, her place there, and coming.

const api = require('../utils/api');

module.exports = {
  list: async () => (await api.get('/events')).events,
  read: (code) => api.get(`/events/${code}`),
  signUp: (code) => api.put(`/me/events/${code}`),
  leave: (code) => api.remove(`/me/events/${code}`),
  /** Let in by the code there; told again, it is the same visit. */
  come: (code) => api.put('/me/event-visit', { code }),
};
