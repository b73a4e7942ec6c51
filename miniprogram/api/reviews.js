// What members say of products: hers, and those of a product.

const api = require('../utils/api');
const { query } = require('../utils/growing');
const { named } = require('../utils/named');

module.exports = {
  /** A page of a product's reviews, and the one that somebody shared. */
  async of(sku, asked, shared) {
    const one = shared ? `&shared=${shared}` : '';
    const path = `/products/${encodeURIComponent(sku)}/reviews?${query(asked)}${one}`;
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
