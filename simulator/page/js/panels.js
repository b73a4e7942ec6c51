// What opens under the text field: emoji, and the other things one can send.

import { element } from './element.js';
import { icon } from './icons.js';
import { once } from './once.js';
import { play } from './play.js';
import { openScan } from './scan.js';
import { complain } from './toast.js';
import { t, wordsIn } from './words.js';
import { world } from './world.js';

const SAMPLE_POINT = '31.2286,121.4483';
const EMOJI = [...'😀😄😂🤣😊😍🥰😘😋😜🤔😎🥳😭👍👏🙏💪🎉🎁🧧❤☕🍵🐱🐶🌹⭐'].map((each) =>
  each === '❤' ? '❤️' : each,
);

export function emojiPanel(chosen) {
  return element(
    'div',
    { class: 'panel panel--emoji', role: 'group', 'aria-label': t('write.emoji') },
    EMOJI.map((each) =>
      element(
        'button',
        { type: 'button', class: 'emoji', on: { click: () => chosen(each) } },
        each,
      ),
    ),
  );
}

/**
 * Pictures, voice and places are samples: there is no camera here, only what the server would
 * receive.
 */
export function morePanel(close) {
  const speaks = world.active?.language.startsWith('zh') ? 'zh' : 'en';
  const send = (message) => () => {
    const consumerId = world.activeId;
    once(`send ${consumerId} ${message.kind}`, () =>
      world.act(() => play.message(consumerId, message)),
    ).catch(complain);
    close();
  };
  const entries = [
    ['picture', t('write.image'), send({ kind: 'image', content: samplePicture() })],
    [
      'voice',
      t('write.voice'),
      send({ kind: 'voice', content: wordsIn(speaks, 'write.sample_voice') }),
    ],
    [
      'place',
      t('write.location'),
      send({
        kind: 'location',
        content: `${SAMPLE_POINT},${wordsIn(speaks, 'write.sample_place')}`,
      }),
    ],
    ['link', t('write.link'), send({ kind: 'link', content: 'https://example.com/' })],
    [
      'scan',
      t('write.scan'),
      () => {
        close();
        openScan();
      },
    ],
  ];
  return element(
    'div',
    { class: 'panel panel--more', role: 'group', 'aria-label': t('write.more') },
    entries.map(([sign, label, on]) =>
      element(
        'button',
        { type: 'button', class: 'tool', on: { click: on } },
        element('span', { class: 'tool__sign' }, icon(sign)),
        label,
      ),
    ),
  );
}

// A small landscape, drawn here, so that a real picture goes over the wire.
function samplePicture() {
  const canvas = element('canvas', { width: 150, height: 200 });
  const brush = canvas.getContext('2d');
  const fill = (colour, draw) => {
    brush.fillStyle = colour;
    brush.beginPath();
    draw();
    brush.fill();
  };
  const sky = brush.createLinearGradient(0, 0, 0, 150);
  sky.addColorStop(0, '#8fc7ea');
  sky.addColorStop(1, '#fde3c0');
  fill(sky, () => brush.rect(0, 0, 150, 200));
  fill('#fff3c4', () => brush.arc(108, 60, 16, 0, 2 * Math.PI));
  fill('#6fa38c', () => {
    brush.moveTo(0, 150);
    brush.lineTo(48, 84);
    brush.lineTo(84, 132);
    brush.lineTo(106, 104);
    brush.lineTo(150, 156);
    brush.lineTo(150, 200);
    brush.lineTo(0, 200);
  });
  fill('#3d7a5e', () => {
    brush.moveTo(0, 172);
    brush.bezierCurveTo(50, 140, 90, 190, 150, 164);
    brush.lineTo(150, 200);
    brush.lineTo(0, 200);
  });
  return canvas.toDataURL('image/png');
}
