// Moments as WeChat writes them above a group of bubbles.

import { locale, t } from './words.js';

const DAY_MS = 86_400_000;
export const QUIET_MS = 5 * 60_000;

const startOfDay = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate());

/**
 * 14:05 today; 昨天 14:05; 星期三 14:05 within a week; else the date. Times are those of the reader's
 * own clock.
 */
export function chatTime(at, now = new Date()) {
  const moment = new Date(at);
  const clock = new Intl.DateTimeFormat(locale(), {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  }).format(moment);
  const daysAgo = Math.round((startOfDay(now) - startOfDay(moment)) / DAY_MS);
  if (daysAgo === 0) return clock;
  if (daysAgo === 1) return `${t('chat.yesterday')} ${clock}`;
  if (daysAgo > 1 && daysAgo < 7) {
    return `${new Intl.DateTimeFormat(locale(), { weekday: 'long' }).format(moment)} ${clock}`;
  }
  const day = new Intl.DateTimeFormat(locale(), {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
  }).format(moment);
  return `${day} ${clock}`;
}

/** 14:05:09.123: what matters on the wire is what came first. */
export function wireTime(at) {
  const moment = new Date(at);
  const clock = new Intl.DateTimeFormat('en-GB', {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    hour12: false,
  });
  return clock.format(moment);
}
