// Who she is to the programme.

const api = require('../utils/api');

module.exports = {
  read: () => api.get('/me'),
  code: () => api.get('/me/code'),
  tiers: () => api.get('/me/tiers'),
  bindPhone: (code) => api.put('/me/phone', { code }),
  joinShop: (session) => api.put('/me/shop-membership', { session_id: session }),
  speak: (language) => api.put('/me/language', { language }),
  profile: () => api.get('/me/profile'),
  tell: (profile) => api.put('/me/profile', profile),
  choose: (preferences) => api.put('/me/preferences', preferences),
};
