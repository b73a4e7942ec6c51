// Deleting her account: what it means, and that she wants it.

const api = require('../utils/api');
const { named } = require('../utils/named');

const CONFIRMATION = 'delete my account';
const DONE = 'key_reused';

module.exports = {
  read: () => api.get('/me/deletion'),
  /** Where the answer was lost, her next session is a stranger's, whom the name is refused: it is done. */
  async ask({ points, coupons }) {
    const content = { confirmation: CONFIRMATION, points, coupons };
    try {
      await named('deletion', JSON.stringify(content), (uuid) => api.put(`/me/deletion/${uuid}`, content));
    } catch (error) {
      if (error.code !== DONE) throw error;
    }
    api.forget();
  },
};
