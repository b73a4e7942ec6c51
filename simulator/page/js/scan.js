// The scanner: choose a shop's poster or a group's code, and the camera reads it; or tell what a code
// holds that is shown elsewhere, such as on a staff member's screen.

import { element } from './element.js';
import { icon } from './icons.js';
import { hasMini, openMini } from './mini.js';
import { once } from './once.js';
import { play } from './play.js';
import { closeSheet, openSheet } from './sheets.js';
import { addStaff, openStaffChat, openWeCom, scanContact } from './staff_chat.js';
import { complain, toast } from './toast.js';
import { language, t } from './words.js';
import { world } from './world.js';

const shopName = (shop) => (language() === 'zh' ? shop.name_zh : shop.name_en) || shop.scene;

export function openScan() {
  const codes = [
    ...world.shops.map(ofShop),
    ...world.posters.map(ofPoster),
    ...world.joinWays.map(ofGroup),
    ...world.contactWays.map(ofContactWay),
    ...world.staff.map(ofStaff),
  ];
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
      typed(),
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

const ofContactWay = (way) => ({
  name: way.name || t('scan.nameless'),
  sign: t('scan.contact'),
  read: (consumerId) => scanContact(consumerId, way.config_id),
  then: (consumerId) => openWeCom(consumerId),
});

const ofStaff = (userId) => ({
  name: userId,
  sign: t('scan.staff'),
  read: (consumerId) => addStaff(consumerId, userId),
  then: (consumerId) => openStaffChat(consumerId, userId),
});

const ofPoster = (poster, place) => ({
  name: (language() === 'zh' ? poster.name_zh : poster.name_en) || poster.link,
  sign: t('scan.poster'),
  picture: play.poster(place),
  read: async () => openLink(poster.link),
});

/**
 * What WeChat does with what a code holds: the mini-program's own code or link opens its page there.
 * False for any other.
 */
function openLink(link) {
  const { links = {}, app_id: app } = world.miniprogram ?? {};
  if (link.startsWith(`wxacode:${app}:`) && hasMini()) {
    openMini(`/${link.slice(`wxacode:${app}:`.length)}`);
    return true;
  }
  const [, page] = Object.entries(links).find(([begins]) => link.startsWith(begins)) ?? [];
  if (!page || !hasMini()) return false;
  // WeChat tells the page the link encoded, as a part of its query
  openMini(`/${page}?q=${encodeURIComponent(encodeURIComponent(link))}`);
  return true;
}

function typed() {
  const field = element('input', {
    class: 'field scan__typed',
    type: 'text',
    placeholder: t('scan.typed'),
    'aria-label': t('scan.typed'),
    autocomplete: 'off',
  });
  const go = element('button', { type: 'submit', class: 'button' }, t('scan.go'));
  const read = (event) => {
    event.preventDefault();
    const link = field.value.trim();
    if (link) scan({ name: t('scan.it'), read: async () => openLink(link) });
  };
  return element('form', { class: 'scan__form', on: { submit: read } }, field, go);
}

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
    const isRead = await world.act(() => code.read(consumerId));
    if (isRead === false) return toast(t('scan.unknown'));
    closeSheet();
    toast(t('scan.done', { name: code.name }));
    await code.then?.(consumerId);
  };
  once(`scan ${consumerId} ${code.name}`, run).catch(complain);
}
