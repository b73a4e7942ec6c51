// What the brand asks her, and what she answers, once each.

const api = require('../utils/api');

module.exports = {
  list: async () => (await api.get('/surveys')).surveys,
  read: (code) => api.get(`/surveys/${code}`),
  answer: (uuid, told) => api.put(`/me/survey-answers/${uuid}`, told),
};
