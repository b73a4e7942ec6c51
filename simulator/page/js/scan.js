// The scanner: choose a shop's poster, and the camera reads its code.

import { element } from './element.js';
import { once } from './once.js';
import { play } from './play.js';
import { closeSheet, openSheet } from './sheets.js';
import { complain, toast } from './toast.js';
import { language, t } from './words.js';
import { world } from './world.js';

const shopName = (shop) => (language() === 'zh' ? shop.name_zh : shop.name_en) || shop.scene;

export function openScan() {
  const posters = world.shops.map((shop) => element('li', {}, poster(shop)));
  openSheet({
    title: t('scan.title'),
    kind: 'scan',
    body: [
      element(
        'div',
        { class: 'finder', 'aria-hidden': 'true' },
        element('span', { class: 'finder__beam' }),
      ),
      element('p', { class: 'scan__line' }, posters.length ? t('scan.line') : t('scan.none')),
      element('ul', { class: 'posters' }, posters),
    ],
  });
}

function poster(shop) {
  return element(
    'button',
    {
      type: 'button',
      class: 'poster',
      'aria-label': t('scan.shop', { name: shopName(shop) }),
      on: { click: () => scan(shop) },
    },
    element('img', { class: 'poster__code', src: play.qrcode(shop.ticket), alt: '' }),
    element('span', { class: 'poster__name' }, shopName(shop)),
    element('span', { class: 'poster__scene' }, shop.scene),
  );
}

function scan(shop) {
  const consumerId = world.activeId;
  const run = async () => {
    await world.act(() => play.scan(consumerId, shop.scene));
    closeSheet();
    toast(t('scan.done', { name: shopName(shop) }));
  };
  once(`scan ${consumerId} ${shop.scene}`, run).catch(complain);
}
