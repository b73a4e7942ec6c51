// What she exchanged points for.

const api = require('../utils/api');
const { query } = require('../utils/growing');
const { named } = require('../utils/named');

module.exports = {
  /** All, or those that stand so: open or over. */
  async read(asked) {
    const { redemptions, next_before } = await api.get(`/me/redemptions?${query(asked)}`);
    return { found: redemptions, next_before };
  },
  one: (uuid) => api.get(`/me/redemptions/${uuid}`),
  /** What is sent needs an `address`; with a `coupon` it costs nothing else. */
  redeem(reward, { address, coupon } = {}) {
    const wish = { reward, ...(address && { address }), ...(coupon && { coupon }) };
    return named(`redeem.${reward}`, JSON.stringify(wish), (uuid) =>
      api.put(`/me/redemptions/${uuid}`, wish),
    );
  },
  /** The same wish again, by the name that she gave it: with what opens its payment sheet. */
  again: (uuid, reward) => api.put(`/me/redemptions/${uuid}`, { reward }),
  cancel: (uuid) => api.remove(`/me/redemptions/${uuid}`),
  receive: (uuid) => api.put(`/me/redemptions/${uuid}/receipt`),
};
