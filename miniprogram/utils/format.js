// Numbers, money and days as people read them. Days are Shanghai's.

const clock = require('./clock');
const { fill, language, words } = require('./words');

const SHANGHAI_MS = 8 * 3600 * 1000;
const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const grouped = (number) => String(number).replace(/\B(?=(\d{3})+$)/g, ',');
const signed = (number) => (number > 0 ? `+${grouped(number)}` : `−${grouped(-number)}`);

function yuan(fen) {
  const whole = grouped(Math.floor(Math.abs(fen) / 100));
  const rest = Math.abs(fen) % 100;
  return `${fen < 0 ? '−' : ''}¥${whole}${rest ? `.${String(rest).padStart(2, '0')}` : ''}`;
}

const shanghai = (moment) => new Date(Date.parse(moment) + SHANGHAI_MS);

/** A day as people write it; with the year where it is not this one. */
function day(moment) {
  const at = shanghai(moment);
  const [year, date] = [at.getUTCFullYear(), at.getUTCDate()];
  const isThisYear = year === new Date(clock.now() + SHANGHAI_MS).getUTCFullYear();
  return language() === 'zh'
    ? `${isThisYear ? '' : `${year}年`}${at.getUTCMonth() + 1}月${date}日`
    : `${date} ${MONTHS[at.getUTCMonth()]}${isThisYear ? '' : ` ${year}`}`;
}

/** The last day on which something is good: what ends at midnight, the day before. */
const lastDay = (endsAt) => day(new Date(Date.parse(endsAt) - 1000).toISOString());

function minute(moment) {
  const at = shanghai(moment);
  const two = (number) => String(number).padStart(2, '0');
  return `${day(moment)} ${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}

/** How long until `moment`, in days and hours, or hours and minutes. */
function left(moment, now) {
  const rest = Math.max(0, Date.parse(moment) - now);
  const { in_days: inDays, in_hours: inHours, in_minutes: inMinutes } = words().common;
  if (rest >= 3 * DAY_MS) return fill(inDays, { n: Math.floor(rest / DAY_MS) });
  if (rest >= HOUR_MS) return fill(inHours, { n: Math.floor(rest / HOUR_MS) });
  return fill(inMinutes, { n: Math.max(1, Math.round(rest / 60000)) });
}

const isSoon = (moment, now) => Date.parse(moment) - now < 3 * DAY_MS;

module.exports = { grouped, signed, yuan, day, lastDay, minute, left, isSoon };
