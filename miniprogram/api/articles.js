// The brand's articles, to be read and shared.

const api = require('../utils/api');

module.exports = {
  list: async () => (await api.get('/articles')).articles,
  read: (code) => api.get(`/articles/${code}`),
};
