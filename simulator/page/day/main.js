// The demo day: what a consumer, a brand and time itself do, on one page.

import { byId, element } from '../js/element.js';
import { language, onLanguage, speak } from '../js/words.js';
import { dayOf, drawClock, setClock } from './clock.js';
import {
  handPhones,
  keptConsumer,
  onOpenMini,
  openConsole,
  openMini,
  refresh,
  refreshMini,
  speakInChat,
} from './desks.js';
import { drawCounter, holdCounter, readCounter, showPosters, startCounter } from './counter.js';
import { setShopsClock } from './market.js';
import { Away, Refused, demo, told, world } from './server.js';
import { say, sayAll } from './words.js';

const STEPS = [1, 7, 30];
const DESKS = ['shops', 'console'];
const LOOK_MS = 600;
const READ_MS = 20_000;
const TOLD_MS = 6_000;
const page = {
  consumers: [],
  activeId: null,
  day: null,
  login: null,
  isBusy: false,
};

const active = () => page.consumers.find(({ id }) => id === page.activeId) ?? null;

let hiding = null;
function tell(text) {
  byId('told').textContent = text;
  byId('told').classList.add('told--shown');
  clearTimeout(hiding);
  hiding = setTimeout(() => byId('told').classList.remove('told--shown'), TOLD_MS);
}

/** Runs one thing at a time, and says why where it did not work. */
async function once(run) {
  if (page.isBusy) return;
  page.isBusy = true;
  drawDeeds();
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Away)) throw error;
    tell(error instanceof Away ? say('away') : error.message);
  } finally {
    page.isBusy = false;
    drawDeeds();
  }
}

async function runCampaign() {
  const [code] = page.day.campaigns;
  if (!code) return tell(say('no_campaign'));
  tell(say('ran', await demo('POST', `/campaigns/${code}/run`, {})));
  refresh();
}

async function moveBy(days) {
  const moving = await demo('POST', '/clock', { days });
  tell(say('moving'));
  setClock({ ...page.day, moving });
  await followMove();
}

async function followMove() {
  do {
    await new Promise((done) => setTimeout(done, LOOK_MS));
    await readDay();
  } while (page.day.moving);
  tell(say('moved', { day: dayOf(Date.parse(page.day.now)) }));
  refresh();
  await setShopsClock(page.day);
  await readCounter({ looksAtPage: true });
}

async function readDay() {
  page.day = await demo('GET', '/day');
  setClock(page.day);
  drawBrand();
}

function drawBrand() {
  const { brand } = page.day;
  if (!brand) return;
  byId('brand').textContent = language() === 'zh' ? brand.name_zh : brand.name_en;
  if (brand.logo) byId('logo').src = brand.logo;
  document.title = `${byId('brand').textContent} · ${say('title')}`;
}

const button = (name, text, run) =>
  element('button', { type: 'button', class: `deed deed--${name}`, 'data-deed': name, on: { click: () => once(run) } }, text);

function drawButtons() {
  byId('steps').replaceChildren(
    ...STEPS.map((n) => button(`${n}d`, say('day', { n }), () => moveBy(n))),
  );
  byId('deeds').replaceChildren(
    ...byId('deeds').querySelectorAll('.who'),
    button('campaign', say('campaign'), runCampaign),
  );
  drawDeeds();
}

function drawDeeds() {
  for (const each of document.querySelectorAll('.bar .deed')) each.disabled = page.isBusy || !active();
  holdCounter();
}

/** Shows the shops' desk or the console's: they share the third column. */
function showDesk(wanted) {
  for (const name of DESKS) {
    byId(`show-${name}`).setAttribute('aria-pressed', String(name === wanted));
    byId(`desk-${name}`).hidden = name !== wanted;
  }
  byId('login').hidden = wanted !== 'console';
}

function drawConsumers() {
  byId('consumer').replaceChildren(
    ...page.consumers.map(({ id, nickname }) =>
      element('option', { value: id, selected: id === page.activeId }, nickname),
    ),
  );
}

function drawLogin() {
  const [before, between, after] = say('login').split(/\{\w+\}/);
  const { account, password } = page.login;
  byId('login').replaceChildren(
    before,
    element('b', {}, account),
    between,
    element('b', {}, password),
    after,
  );
}

function drawWords() {
  sayAll();
  byId('language').textContent = say('other_language');
  byId('language').lang = language() === 'zh' ? 'en' : 'zh-CN';
  drawButtons();
  drawLogin();
  drawClock();
  drawCounter();
  if (page.day) drawBrand();
}

async function readWorld() {
  const { consumers, shops: posters } = await world();
  page.consumers = consumers;
  showPosters(posters);
  if (!active()) {
    const kept = page.consumers.find(({ id }) => id === keptConsumer());
    page.activeId = (kept ?? page.consumers[0])?.id ?? null;
    if (page.activeId) handPhones(page.activeId);
  }
  drawConsumers();
  drawDeeds();
}

/** What the account answers may have changed what the mini-program beside the chat shows. */
function follow({ consumer_id: consumerId, bubble }) {
  if (consumerId !== page.activeId || bubble.from === 'consumer') return;
  refreshMini();
  lookAgain();
}

/** Her orders may stand otherwise by now; the next look finds what this one could not. */
const lookAgain = () => page.isBusy || readCounter().catch(() => {});

function listen() {
  byId('consumer').addEventListener('change', ({ target }) => {
    page.activeId = target.value;
    handPhones(page.activeId);
    readCounter({ looksAtPage: true }).catch(() => tell(say('away')));
  });
  for (const name of DESKS) byId(`show-${name}`).addEventListener('click', () => showDesk(name));
  byId('language').addEventListener('click', () => speak(language() === 'zh' ? 'en' : 'zh'));
  onLanguage(() => {
    drawWords();
    speakInChat();
  });
  onOpenMini((path) => openMini(page.activeId, path));
  const events = new EventSource('/play/events');
  events.addEventListener('state', () => readWorld().catch(() => {}));
  events.addEventListener('bubble', ({ data }) => follow(JSON.parse(data)));
  setInterval(() => page.isBusy || readDay().then(lookAgain, () => {}), READ_MS);
}

async function start() {
  page.login = await told();
  document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
  drawWords();
  openConsole(page.login.console);
  await readWorld();
  listen();
  await once(async () => {
    await readDay();
    await startCounter({
      active,
      day: () => page.day,
      isBusy: () => page.isBusy || !active(),
      once,
      refresh,
      tell,
    });
    if (page.day.moving) await followMove();
  });
}

start().catch((error) => {
  tell(say('away'));
  throw error;
});
