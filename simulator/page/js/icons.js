// Line icons on a 24 x 24 grid, drawn for this page.

import { svg } from './element.js';

const PATHS = {
  back: ['M15 4 7.5 12 15 20'],
  close: ['M6 6l12 12M18 6 6 18'],
  dots: ['M5 12h.01M12 12h.01M19 12h.01'],
  wire: ['M4 8h13M13 4l4 4-4 4M20 16H7M11 12l-4 4 4 4'],
  keyboard: [
    'M4 6.5h16a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1z',
    'M7 10h.01M10.3 10h.01M13.7 10h.01M17 10h.01M8 14h8',
  ],
  menu: ['M5 7h14M5 12h14M5 17h14'],
  submenu: ['M4 8h16M4 12h16M4 16h16'],
  emoji: [
    'M12 3.2a8.8 8.8 0 1 1 0 17.6 8.8 8.8 0 0 1 0-17.6z',
    'M8.7 9.8h.01M15.3 9.8h.01',
    'M8 14c1 1.7 2.4 2.5 4 2.5s3-.8 4-2.5',
  ],
  plus: ['M12 3.2a8.8 8.8 0 1 1 0 17.6 8.8 8.8 0 0 1 0-17.6z', 'M12 8v8M8 12h8'],
  picture: [
    'M4.5 5h15A1.5 1.5 0 0 1 21 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 17.5v-11A1.5 1.5 0 0 1 4.5 5z',
    'M3.5 16.5 9 11l4.5 4.5M12.5 14.5 15.5 11.5l5 5',
    'M16 8.6h.01',
  ],
  voice: [
    'M12 3.5a2.8 2.8 0 0 1 2.8 2.8v5.2a2.8 2.8 0 0 1-5.6 0V6.3A2.8 2.8 0 0 1 12 3.5z',
    'M6 11.5a6 6 0 0 0 12 0M12 17.5v3',
  ],
  place: [
    'M12 21s7-6.2 7-11.3A7 7 0 0 0 5 9.7C5 14.8 12 21 12 21z',
    'M12 7.3a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z',
  ],
  link: [
    'M10 14a4 4 0 0 0 5.7 0l3-3a4 4 0 0 0-5.7-5.7l-1 1',
    'M14 10a4 4 0 0 0-5.7 0l-3 3a4 4 0 0 0 5.7 5.7l1-1',
  ],
  scan: [
    'M4 8V5.5A1.5 1.5 0 0 1 5.5 4H8M16 4h2.5A1.5 1.5 0 0 1 20 5.5V8M20 16v2.5a1.5 1.5 0 0 1-1.5 1.5H16M8 20H5.5A1.5 1.5 0 0 1 4 18.5V16',
    'M4 12h16',
  ],
  person: ['M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8z', 'M4.5 20c.6-4 3.6-6 7.5-6s6.9 2 7.5 6'],
  add: ['M12 5v14M5 12h14'],
  chevron: ['M9 5l7 7-7 7'],
  copy: ['M9 9h10v11H9z', 'M15 9V4H5v11h4'],
  arrowRight: ['M4 12h15M13 6l6 6-6 6'],
  arrowLeft: ['M20 12H5M11 6l-6 6 6 6'],
  program: [
    'M12 3.2a8.8 8.8 0 1 1 0 17.6 8.8 8.8 0 0 1 0-17.6z',
    'M8 13.5a2 2 0 1 0 2.7 1.9V8.6a2 2 0 1 1 2.6 1.9',
  ],
  down: ['M6 9l6 6 6-6'],
  alert: ['M12 3.2a8.8 8.8 0 1 1 0 17.6 8.8 8.8 0 0 1 0-17.6z', 'M12 7.5v5.5M12 16.3h.01'],
};

export function icon(name, extraClass = '') {
  const paths = PATHS[name].map((d) => svg('path', { d }));
  return svg(
    'svg',
    {
      class: `icon ${extraClass}`.trim(),
      viewBox: '0 0 24 24',
      'aria-hidden': 'true',
      focusable: 'false',
    },
    paths,
  );
}

/** Signal, wireless and battery of the phone's status line. */
export function statusSigns() {
  const bars = [3, 5.5, 8, 10.5].map((height, place) =>
    svg('rect', { x: place * 4.6, y: 11 - height, width: 3, height, rx: 0.9 }),
  );
  const wave =
    'M30.5 2.3c2.6 0 5 1 6.8 2.7l1-1.1A11.4 11.4 0 0 0 30.5 .8 11.4 11.4 0 0 0 22.7 3.9l1 1.1a9.9 9.9 0 0 1 6.8-2.7z' +
    'M30.5 5.9c1.6 0 3.1.6 4.3 1.7l1.1-1.1a7.8 7.8 0 0 0-10.8 0l1.1 1.1c1.2-1.1 2.7-1.7 4.3-1.7z' +
    'M30.5 11.2l2.3-2.3a3.3 3.3 0 0 0-4.6 0z';
  return svg(
    'svg',
    { viewBox: '0 0 70 12', width: 70, height: 12, 'aria-hidden': 'true' },
    bars,
    svg('path', { d: wave }),
    svg('rect', { x: 43.5, y: 0.5, width: 22, height: 11, rx: 3.4, class: 'signs__shell' }),
    svg('rect', { x: 45, y: 2, width: 17, height: 8, rx: 2.1 }),
    svg('rect', { x: 66.5, y: 4, width: 1.6, height: 4, rx: 0.8 }),
  );
}
