// The live room that is on, and the word that she heard there.

const api = require('../utils/api');

module.exports = {
  read: async () => (await api.get('/live-room')).room,
  say: (word) => api.put('/me/live-room', { word }),
};
