// A finger that taps twice means one thing.

const resting = new Set();

/**
 * Runs `action` unless the same one still runs or ended less than `restMs` after its tap; the
 * answer says whether it ran. A local simulator answers within milliseconds, well before the second
 * tap of a double tap.
 */
export async function once(name, action, { restMs = 700 } = {}) {
  if (resting.has(name)) return false;
  resting.add(name);
  const rested = new Promise((resolve) => {
    setTimeout(resolve, restMs);
  });
  try {
    await action();
  } finally {
    rested.then(() => resting.delete(name));
  }
  return true;
}
