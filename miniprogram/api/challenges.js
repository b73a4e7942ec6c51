// Challenges and check-ins.

const api = require('../utils/api');

module.exports = {
  read: () => api.get('/challenges'),
  checkIn: async (day) => (await api.put(`/me/check-ins/${day}`)).check_in,
  claim: (code, round) => api.put(`/me/claims/${code}/${round}`),
};
