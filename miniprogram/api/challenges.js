// Challenges and check-ins.

const api = require('../utils/api');

module.exports = {
  read: () => api.get('/challenges'),
  checkIn: (day) => api.put(`/me/check-ins/${day}`),
  claim: (code, round, step) => api.put(`/me/claims/${code}/${round}/${step}`),
};
