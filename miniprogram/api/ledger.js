// The movements of her points.

const api = require('../utils/api');

module.exports = {
  read: (before) => api.get(before ? `/me/ledger?before=${before}` : '/me/ledger'),
};
