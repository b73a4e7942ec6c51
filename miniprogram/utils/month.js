// The calendar of a month: weeks of seven places, Monday first.

const { language } = require('./words');

const DAY_MS = 24 * 3600 * 1000;
const WEEK = {
  zh: ['一', '二', '三', '四', '五', '六', '日'],
  en: ['M', 'T', 'W', 'T', 'F', 'S', 'S'],
};
const NAMES = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The month of `today` (YYYY-MM-DD), with the days that are checked in. */
function monthOf(today, days) {
  const [year, month] = today.split('-').map(Number);
  const first = Date.UTC(year, month - 1, 1);
  const count = Math.round((Date.UTC(year, month, 1) - first) / DAY_MS);
  const before = (new Date(first).getUTCDay() + 6) % 7;
  const done = new Set(days);
  const places = Array.from({ length: before }, (_, place) => ({ key: `before-${place}` }));
  for (let number = 1; number <= count; number += 1) {
    const key = `${today.slice(0, 8)}${String(number).padStart(2, '0')}`;
    places.push({ key, number, isDone: done.has(key), isToday: key === today });
  }
  const name = language() === 'zh' ? `${year}年${month}月` : `${NAMES[month - 1]} ${year}`;
  return { name, week: WEEK[language()].map((word, place) => ({ word, place })), places };
}

module.exports = { monthOf };
