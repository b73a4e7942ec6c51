// What members say of products: hers, and those of a product.

const api = require('../utils/api');
const { query } = require('../utils/growing');
const { named } = require('../utils/named');

module.exports = {
  async of(sku, asked) {
    const path = `/products/${encodeURIComponent(sku)}/reviews?${query(asked)}`;
    const { reviews, ...product } = await api.get(path);
    return { ...product, found: reviews };
  },
  one: (uuid) => api.get(`/me/reviews/${uuid}`),
  /** Writes a review under a new name, or changes the one that has the name `uuid`. */
  write: (said, uuid) =>
    uuid
      ? api.put(`/me/reviews/${uuid}`, said)
      : named('review', JSON.stringify(said), (name) => api.put(`/me/reviews/${name}`, said)),
  takeBack: (uuid) => api.remove(`/me/reviews/${uuid}`),
};
