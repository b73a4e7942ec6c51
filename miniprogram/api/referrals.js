// By what she invites friends, who came, and by whom she came.

const api = require('../utils/api');
const { query } = require('../utils/growing');

module.exports = {
  read: () => api.get('/me/referral'),
  qr: () => api.get('/me/referral/qr'),
  poster: () => api.get('/me/referral/poster'),
  async friends(asked) {
    const { friends, next_before } = await api.get(`/me/referrals?${query(asked)}`);
    return { found: friends, next_before };
  },
  /**
   * Accepts an invitation, from the page that a friend shared ('link'), from a 'card' of something that
   * she shared, or typed ('code').
   */
  accept: (code, way, shared) => api.put('/me/inviter', shared ? { code, way, shared } : { code, way }),
};
