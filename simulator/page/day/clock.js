// Business time on the bar: it ticks here, and is read again from the server.

import { byId } from '../js/element.js';
import { locale } from '../js/words.js';
import { say } from './words.js';

const SHANGHAI = 'Asia/Shanghai';
let shown = null;

const format = (at, parts) =>
  new Intl.DateTimeFormat(locale(), { timeZone: SHANGHAI, ...parts }).format(at);

export const dayOf = (at) => format(at, { month: 'long', day: 'numeric', weekday: 'short' });

/** Takes the server's day: what is shown goes on from there. */
export function setClock({ now, ahead_seconds: ahead, moving }) {
  shown = { at: Date.parse(moving?.at ?? now), heardAt: Date.now(), ahead, isMoving: !!moving };
  drawClock();
  drawMoving(moving);
}

export function drawClock() {
  if (shown === null) return;
  const at = shown.at + (shown.isMoving ? 0 : Date.now() - shown.heardAt);
  byId('clock-date').textContent = dayOf(at);
  byId('clock-time').textContent = format(at, { hour: '2-digit', minute: '2-digit', hour12: false });
  const hours = Math.round(shown.ahead / 3600);
  byId('clock-ahead').hidden = hours === 0;
  byId('clock-ahead').textContent =
    hours % 24 ? say('ahead_hours', { n: hours }) : say('ahead', { n: hours / 24 });
}

function drawMoving(moving) {
  byId('moving').hidden = !moving;
  if (!moving) return;
  const [begins, ends, at] = [moving.begins_at, moving.ends_at, moving.at].map(Date.parse);
  const done = ends > begins ? (at - begins) / (ends - begins) : 0;
  byId('moving-done').style.transform = `scaleX(${Math.max(0.02, done)})`;
  byId('moving').setAttribute('aria-valuenow', String(Math.round(done * 100)));
}

setInterval(drawClock, 1000);
