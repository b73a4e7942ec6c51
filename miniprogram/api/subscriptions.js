// Which messages she lets us send.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  templates: async () => (await api.get('/message-templates')).template_ids,
  tell: (accepted) =>
    named('subscription', JSON.stringify(accepted), (uuid) =>
      api.put(`/me/subscriptions/${uuid}`, { accepted }),
    ),
};
