// What she lets the brand do, and her sessions on other phones.

const api = require('../utils/api');

// The version of the words that she reads on the privacy page: another text, another version.
const WORDING = '2026-11-23';

module.exports = {
  read: async () => (await api.get('/me/consents')).consents,
  choose: async (choices) => (await api.put('/me/consents', { wording: WORDING, choices })).consents,
  async signOutEverywhere() {
    await api.remove('/me/sessions');
    api.forget();
  },
};
