// What members say of products: hers, and those of a product.

const api = require('../utils/api');
const { named } = require('../utils/named');

module.exports = {
  of(sku, before) {
    const path = `/products/${encodeURIComponent(sku)}/reviews?limit=20`;
    return api.get(before ? `${path}&before=${before}` : path);
  },
  one: (uuid) => api.get(`/me/reviews/${uuid}`),
  /** Writes a review under a new name, or changes the one that has the name `uuid`. */
  write: (said, uuid) =>
    uuid
      ? api.put(`/me/reviews/${uuid}`, said)
      : named('review', JSON.stringify(said), (name) => api.put(`/me/reviews/${name}`, said)),
  takeBack: (uuid) => api.remove(`/me/reviews/${uuid}`),
};
