const api = require('../utils/api');

module.exports = { read: () => api.open('/brand') };
