// Colours that can be read: the brand's and the tiers' are given, their shades are made here.

const WHITE = [255, 255, 255];
const BLACK = [0, 0, 0];
const READABLE = 4.6;

const parsed = (hex) => [1, 3, 5].map((place) => parseInt(hex.slice(place, place + 2), 16));
const shown = (rgb) =>
  `#${rgb.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`;
const mixed = (one, other, share) => one.map((part, place) => part + (other[place] - part) * share);

function light(rgb) {
  const [r, g, b] = rgb.map((part) => {
    const share = part / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

const contrast = (one, other) => {
  const [more, less] = [light(one), light(other)].sort((a, b) => b - a);
  return (more + 0.05) / (less + 0.05);
};

/** The colour, darkened as far as white words on it need. */
function dark(hex, enough = READABLE) {
  let rgb = parsed(hex);
  for (let step = 0; contrast(rgb, WHITE) < enough && step < 40; step += 1)
    rgb = mixed(rgb, BLACK, 0.06);
  return shown(rgb);
}

const soft = (hex, share = 0.9) => shown(mixed(parsed(hex), WHITE, share));
const deep = (hex, share = 0.3) => shown(mixed(parsed(hex), BLACK, share));

module.exports = { dark, soft, deep };
