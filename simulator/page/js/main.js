// Puts the page together.

import { startChat } from './chat.js';
import { startComposer } from './composer.js';
import { makeDrawer } from './drawers.js';
import { byId } from './element.js';
import { startFramed } from './framed.js';
import { icon, statusSigns } from './icons.js';
import { showProfile, startProfile, unfollow } from './profile.js';
import { startMini } from './mini.js';
import { openScan } from './scan.js';
import { openActions, startSheets } from './sheets.js';
import { deliverAgain, startSide } from './side.js';
import { openDesks } from './desk_chat.js';
import { openWeCom } from './staff_chat.js';
import { openStaffPhone } from './staff_phone.js';
import { complain } from './toast.js';
import { startTrouble } from './trouble.js';
import { startWire } from './wire.js';
import { applyWords, onLanguage, t } from './words.js';
import { world } from './world.js';

const SIDE_HAS_ROOM = '(min-width: 1180px)';
const WIRE_HAS_ROOM = '(min-width: 860px)';

function drawSigns() {
  const signs = {
    'side-close': 'close',
    'wire-close': 'close',
    'open-wire': 'wire',
    more: 'dots',
    'wire-tab': 'wire',
    'open-mini': 'program',
  };
  for (const [id, name] of Object.entries(signs)) byId(id).append(icon(name));
  for (const place of document.querySelectorAll('.phone__signs')) place.append(statusSigns());
}

function tick() {
  const now = new Intl.DateTimeFormat('en-GB', {
    hour: 'numeric',
    minute: '2-digit',
    hour12: false,
  }).format(new Date());
  for (const clock of document.querySelectorAll('.phone__clock')) clock.textContent = now;
  setTimeout(tick, 1000 * (60 - new Date().getSeconds()));
}

function openMore() {
  const { active } = world;
  if (!active) return;
  openActions(world.account.name, [
    ...(active.followed ? [{ label: t('phone.profile'), sign: 'person', run: showProfile }] : []),
    { label: t('phone.scan'), sign: 'scan', run: openScan },
    ...(world.staff.length ? ofWeCom(active) : []),
    { label: t('phone.retry'), sign: 'wire', run: deliverAgain },
    ...(active.followed
      ? [{ label: t('phone.unfollow'), sign: 'close', grave: true, run: unfollow }]
      : []),
  ]);
}

const ofWeCom = ({ id }) => [
  { label: t('desk.title'), sign: 'person', run: () => openDesks(world.active).catch(complain) },
  { label: t('wecom.title'), sign: 'person', run: () => openWeCom(id).catch(complain) },
  { label: t('tasks.title'), sign: 'person', run: () => openStaffPhone().catch(complain) },
];

function drawDocument() {
  document.title = world.account ? `${world.account.name} · jifen 积分` : 'jifen 积分';
  byId('offline').hidden = world.online;
}

const side = makeDrawer({
  panel: byId('side'),
  openers: [byId('open-side')],
  closer: byId('side-close'),
  roomy: SIDE_HAS_ROOM,
  keptAs: 'jifen.side',
});
makeDrawer({
  panel: byId('wire'),
  openers: [byId('open-wire'), byId('wire-tab')],
  closer: byId('wire-close'),
  roomy: WIRE_HAS_ROOM,
  keptAs: 'jifen.wire',
});

startFramed();
drawSigns();
applyWords();
tick();
startSheets();
startChat();
startComposer();
startProfile();
startSide(side.leave);
startTrouble();
startWire();
startMini();
byId('more').addEventListener('click', openMore);
for (const what of ['state', 'online']) world.addEventListener(what, drawDocument);
onLanguage(drawDocument);
world.open();
