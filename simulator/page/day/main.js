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
import { inShop } from './market.js';
import { Away, Refused, demo, shopsOnPlatforms, told, world } from './server.js';
import { say, sayAll, shopName } from './words.js';

const STEPS = [1, 7, 30];
const DEEDS = ['buy', 'complete', 'refund'];
const SAID = { buy: 'bought', complete: 'completed', refund: 'refunded' };
const LOOK_MS = 600;
const READ_MS = 20_000;
const TOLD_MS = 6_000;
// The demo's server records what it sells itself; the others are simulated platforms.
const TMALL = { kind: 'tmall', code: 'demo' };
const page = {
  consumers: [],
  activeId: null,
  shops: [TMALL],
  shop: TMALL,
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

async function act(action) {
  const { shop } = page;
  const { nickname, openid, unionid } = active();
  const done =
    shop === TMALL
      ? await demo('POST', '/purchases', { action, openid, unionid })
      : await inShop(shop, active(), action, page.day);
  const figures = { who: nickname, shop: shopName(shop), what: done.title, points: done.points };
  const yuan = (done.paid_fen / 100).toFixed(0);
  const isElsewhere = done.is_hers === false;
  tell(say(SAID[action], { ...figures, yuan }) + (isElsewhere ? ` ${say('not_hers', figures)}` : ''));
  await readShops();
  refresh();
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
    ...DEEDS.map((deed) => button(deed, say(deed), () => act(deed))),
    button('campaign', say('campaign'), runCampaign),
  );
  byId('deeds').querySelector('[data-deed=buy]').classList.add('deed--main');
  drawDeeds();
}

function drawDeeds() {
  for (const each of document.querySelectorAll('.deed')) each.disabled = page.isBusy || !active();
}

function drawConsumers() {
  byId('consumer').replaceChildren(
    ...page.consumers.map(({ id, nickname }) =>
      element('option', { value: id, selected: id === page.activeId }, nickname),
    ),
  );
}

function drawShops() {
  byId('shop').replaceChildren(
    ...page.shops.map((shop, place) =>
      element('option', { value: String(place), selected: shop === page.shop }, shopName(shop)),
    ),
  );
}

/** Reads the shops again; the one that was chosen stays so. */
async function readShops() {
  const isChosen = ({ kind, code }) => kind === page.shop.kind && code === page.shop.code;
  page.shops = [TMALL, ...(await shopsOnPlatforms())];
  page.shop = page.shops.find(isChosen) ?? TMALL;
  drawShops();
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
  drawShops();
  drawLogin();
  drawClock();
  if (page.day) drawBrand();
}

async function readWorld() {
  page.consumers = (await world()).consumers;
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
  if (consumerId === page.activeId && bubble.from !== 'consumer') refreshMini();
}

function listen() {
  byId('consumer').addEventListener('change', ({ target }) => {
    page.activeId = target.value;
    handPhones(page.activeId);
  });
  byId('shop').addEventListener('change', ({ target }) => {
    page.shop = page.shops[target.value];
  });
  byId('language').addEventListener('click', () => speak(language() === 'zh' ? 'en' : 'zh'));
  onLanguage(() => {
    drawWords();
    speakInChat();
  });
  onOpenMini((path) => openMini(page.activeId, path));
  const events = new EventSource('/play/events');
  events.addEventListener('state', () => readWorld().catch(() => {}));
  events.addEventListener('bubble', ({ data }) => follow(JSON.parse(data)));
  setInterval(() => page.isBusy || readDay().catch(() => {}), READ_MS);
}

async function start() {
  page.login = await told();
  document.documentElement.lang = language() === 'zh' ? 'zh-CN' : 'en';
  drawWords();
  openConsole(page.login.console);
  await readWorld();
  await readShops();
  listen();
  await once(async () => {
    await readDay();
    if (page.day.moving) await followMove();
  });
}

start().catch((error) => {
  tell(say('away'));
  throw error;
});
