// What one page tells another in its address.

/** A value as it was before `encodeURIComponent`: WeChat hands it over as it stands in the address. */
function told(value) {
  try {
    return decodeURIComponent(value || '');
  } catch {
    return value; // it was read already, and holds a percent sign of its own
  }
}

const address = (path, values) => {
  const pairs = Object.entries(values).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${path}?${pairs.join('&')}`;
};

module.exports = { address, told };
