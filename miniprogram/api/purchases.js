// What she bought in every shop of the brand.

const api = require('../utils/api');

module.exports = {
  read: (before) => api.get(before ? `/me/purchases?limit=20&before=${before}` : '/me/purchases?limit=20'),
};
