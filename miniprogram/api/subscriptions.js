// Which messages she lets us send.

const api = require('../utils/api');

module.exports = {
  templates: async () => (await api.get('/message-templates')).template_ids,
  tell: (accepted) => api.post('/me/subscriptions', { accepted }),
};
