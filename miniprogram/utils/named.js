// The shopper's own names for what she asks: kept until the server answered, so that asking again
// after a broken line is the same wish and not a second one.

const { Away } = require('./api');

const HEX = '0123456789abcdef';
const UNSURE = 500;

function uuid() {
  const digit = (place) => {
    if (place === 12) return '4';
    const value = Math.floor(Math.random() * 16);
    return HEX[place === 16 ? (value % 4) + 8 : value];
  };
  const all = Array.from({ length: 32 }, (_, place) => digit(place)).join('');
  return [
    all.slice(0, 8),
    all.slice(8, 12),
    all.slice(12, 16),
    all.slice(16, 20),
    all.slice(20),
  ].join('-');
}

/**
 * Runs `ask(uuid)` under a name that stays the same for this `wish` and content until the server
 * answered, whatever it answered.
 */
async function named(wish, content, ask) {
  const key = `named.${wish}`;
  const kept = wx.getStorageSync(key);
  const name = kept && kept.content === content ? kept.uuid : uuid();
  wx.setStorageSync(key, { uuid: name, content });
  try {
    const answer = await ask(name);
    wx.removeStorageSync(key);
    return answer;
  } catch (error) {
    if (!(error instanceof Away) && error.status < UNSURE) wx.removeStorageSync(key);
    throw error;
  }
}

module.exports = { named, uuid };
