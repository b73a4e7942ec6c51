// The scanner: choose a shop's poster or a group's code, and the camera reads it.

import { element } from './element.js';
import { icon } from './icons.js';
import { once } from './once.js';
import { play } from './play.js';
import { closeSheet, openSheet } from './sheets.js';
import { complain, toast } from './toast.js';
import { language, t } from './words.js';
import { world } from './world.js';

const shopName = (shop) => (language() === 'zh' ? shop.name_zh : shop.name_en) || shop.scene;

export function openScan() {
  const codes = [...world.shops.map(ofShop), ...world.joinWays.map(ofGroup)];
  const posters = codes.map((code) => element('li', {}, poster(code)));
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

const ofShop = (shop) => ({
  name: shopName(shop),
  sign: shop.scene,
  picture: play.qrcode(shop.ticket),
  read: (consumerId) => play.scan(consumerId, shop.scene),
});

const ofGroup = (way) => ({
  name: way.name || t('scan.nameless'),
  sign: t('scan.group'),
  read: (consumerId) => play.join(consumerId, way.config_id),
});

function poster(code) {
  return element(
    'button',
    {
      type: 'button',
      class: 'poster',
      'aria-label': t('scan.shop', { name: code.name }),
      on: { click: () => scan(code) },
    },
    code.picture
      ? element('img', { class: 'poster__code', src: code.picture, alt: '' })
      : element('span', { class: 'poster__sign' }, icon('scan')),
    element('span', { class: 'poster__name' }, code.name),
    element('span', { class: 'poster__scene' }, code.sign),
  );
}

function scan(code) {
  const consumerId = world.activeId;
  const run = async () => {
    await world.act(() => code.read(consumerId));
    closeSheet();
    toast(t('scan.done', { name: code.name }));
  };
  once(`scan ${consumerId} ${code.name}`, run).catch(complain);
}
