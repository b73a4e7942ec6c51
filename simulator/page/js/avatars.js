// Pictures of people who do not exist: small scenes, of the sort people choose for WeChat. The same
// consumer always has the same one.

import { svg } from './element.js';

const rect = (fill, more = {}) => svg('rect', { width: 40, height: 40, fill, ...more });
const circle = (cx, cy, r, fill) => svg('circle', { cx, cy, r, fill });
const path = (d, fill, more = {}) => svg('path', { d, fill, ...more });
const line = (d, stroke, width = 1.4) =>
  path(d, 'none', { stroke, 'stroke-width': width, 'stroke-linecap': 'round' });

const SCENES = [
  () => [
    rect('#ffd9a0'),
    circle(27, 14, 6, '#ff7f50'),
    path('M0 30l11-13 9 10 6-7 14 15v5H0z', '#5a6fb0'),
    path('M0 36l14-9 12 8 14-7v12H0z', '#34457e'),
  ],
  () => [
    rect('#bfe6f5'),
    path('M11 16l2-8 6 5h3l6-5 2 8v9a9.5 9.5 0 0 1-19 0z', '#f4a259'),
    circle(16.5, 21, 1.6, '#3b2a1a'),
    circle(24.5, 21, 1.6, '#3b2a1a'),
    path('M19.3 24h2.4l-1.2 1.5z', '#c6505a'),
    line('M20.5 25.8c-.8 1.5-2 1.5-3 1M20.5 25.8c.8 1.5 2 1.5 3 1', '#3b2a1a', 1),
  ],
  () => [
    rect('#fbe3ea'),
    ...[0, 72, 144, 216, 288].map((turn) =>
      svg('ellipse', {
        cx: 20,
        cy: 12.5,
        rx: 5,
        ry: 7,
        fill: '#ee8fab',
        transform: `rotate(${turn} 20 20)`,
      }),
    ),
    circle(20, 20, 4, '#ffd166'),
  ],
  () => [
    rect('#123b5d'),
    circle(29, 10, 5, '#f7e7b4'),
    circle(31.2, 8.8, 4.2, '#123b5d'),
    circle(8, 9, 0.9, '#fff'),
    circle(15, 14, 0.7, '#fff'),
    circle(20, 6, 0.8, '#fff'),
    path('M0 29c5-3 8 2 13 0s8-3 13 0 9 2 14 0v11H0z', '#1f6f8b'),
    path('M0 34c6-3 9 2 14 0s8-2 13 0 8 2 13 0v6H0z', '#3aa6b9'),
  ],
  () => [
    rect('#f3ead7'),
    path('M11 16h16v8a8 8 0 0 1-16 0z', '#b5654a'),
    line('M27 18h2.5a3.5 3.5 0 0 1 0 7H27', '#b5654a', 2),
    path('M9 33.5h20v1.5H9z', '#8d4b36'),
    line('M16 12c-1.5-2 1.5-3 0-5M21 12c-1.5-2 1.5-3 0-5', '#c9a98a'),
  ],
  () => [
    rect('#d7f0d0'),
    path('M20 35c0-9 0-14 0-17', 'none', { stroke: '#4c8c4a', 'stroke-width': 2 }),
    path('M20 22c-9 1-12-5-12-10 7-1 12 3 12 10z', '#66b05f'),
    path('M20 18c0-7 5-10 11-9 1 6-4 10-11 9z', '#8acb6f'),
  ],
  () => [
    rect('#cfe3ff'),
    path('M6 24c0-7 6-11 14-11 9 0 14 5 14 11 0 5-6 8-14 8S6 29 6 24z', '#4d7ecb'),
    path('M33 21c1-4 4-5 6-5-1 3-1 6-4 8z', '#4d7ecb'),
    circle(13, 22, 1.4, '#fff'),
    path('M8 27c5 3 14 4 22 1-2 3-6 4-10 4S10 30 8 27z', '#dbe9ff'),
    line('M18 11c0-3-3-3-3-5M19 11c0-3 3-3 3-5', '#4d7ecb'),
  ],
  () => [
    rect('#ffe7c2'),
    path('M13 15h14l-1.5 19h-11z', '#fff'),
    path('M14 21h12.4l-1 12.5H15z', '#f6a6b2'),
    path('M12 13h16v3H12z', '#e07a8b'),
    line('M22 13l3-8', '#7a5c61', 1.8),
    circle(18, 30, 1.3, '#6d4c51'),
    circle(21.5, 28, 1.3, '#6d4c51'),
    circle(19.5, 26, 1.3, '#6d4c51'),
  ],
];

function picture(name, ...drawing) {
  return svg(
    'svg',
    {
      class: 'avatar',
      viewBox: '0 0 40 40',
      'aria-hidden': 'true',
      focusable: 'false',
      'data-of': name,
    },
    drawing,
  );
}

/** The scene of a consumer; seeds that stand side by side get different ones. */
export function consumerAvatar(consumer, consumers) {
  const place = Math.max(
    0,
    consumers.findIndex(({ id }) => id === consumer.id),
  );
  return picture(consumer.nickname, SCENES[place % SCENES.length]());
}

/** The account's mark: the first character of its name on the brand's colours. */
export function accountAvatar(name) {
  const letter = [...(name ?? '')][0] ?? '积';
  return picture(
    name,
    rect('#0b5d44'),
    circle(34, 4, 16, '#0f7a58'),
    circle(5, 40, 13, '#094c38'),
    svg(
      'text',
      {
        x: 20,
        y: 27.5,
        'text-anchor': 'middle',
        'font-size': 20,
        'font-weight': 700,
        fill: '#ffe3a1',
        class: 'avatar__letter',
      },
      letter,
    ),
  );
}
