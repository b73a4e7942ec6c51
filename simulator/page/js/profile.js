// The account's page: what one sees before following, and the follow button.

import { accountAvatar } from './avatars.js';
import { miniprogram } from './cards.js';
import { byId, element } from './element.js';
import { icon } from './icons.js';
import { once } from './once.js';
import { play } from './play.js';
import { openScan } from './scan.js';
import { openActions } from './sheets.js';
import { complain, toast } from './toast.js';
import { onLanguage, t } from './words.js';
import { world } from './world.js';

const SHARED_SHOWN = 3;
let asked = false;

export function startProfile() {
  world.addEventListener('active', () => {
    asked = false;
    drawProfile();
  });
  world.addEventListener('state', drawProfile);
  for (const name of ['chat', 'bubble'])
    world.addEventListener(name, ({ detail }) => {
      if (detail.consumerId === world.activeId && !world.active.followed) drawProfile();
    });
  onLanguage(drawProfile);
  byId('back').append(icon('back'));
  byId('back').addEventListener('click', () => {
    backToChat();
    byId('more').focus();
  });
}

export function showProfile() {
  asked = true;
  drawProfile();
  byId('profile').querySelector('.profile__go').focus();
}

function backToChat() {
  asked = false;
  drawProfile();
}

/** Asks first, then stops following. */
export function unfollow() {
  const consumerId = world.activeId;
  const run = async () => {
    await world.act(() => play.unfollow(consumerId));
    toast(t('phone.unfollowed'));
    await world.refreshState();
  };
  openActions(t('phone.unfollow_ask', { name: world.account.name }), [
    {
      label: t('phone.unfollow'),
      grave: true,
      run: () => once(`unfollow ${consumerId}`, run).catch(complain),
    },
  ]);
}

function drawProfile() {
  const { active, account } = world;
  const shown = active !== null && (asked || !active.followed);
  const profile = byId('profile');
  const hadFocus =
    profile.contains(document.activeElement) ||
    (shown && byId('chat-view').contains(document.activeElement));
  profile.hidden = !shown;
  byId('chat-view').hidden = shown;
  byId('nav').classList.toggle('nav--profile', shown);
  byId('account-name').textContent = shown ? '' : (account?.name ?? '');
  byId('chat').setAttribute(
    'aria-label',
    account ? t('chat.label', { name: account.name }) : t('chat.label_alone'),
  );
  byId('back').hidden = !(shown && active.followed);
  profile.replaceChildren(...(shown ? page() : []));
  if (hadFocus) (shown ? profile.querySelector('.profile__go') : byId('chat')).focus();
}

function page() {
  const { name, original_id: originalId, mode } = world.account;
  return [
    element(
      'div',
      { class: 'profile__top' },
      element('span', { class: 'profile__avatar' }, accountAvatar(name)),
      element('p', { class: 'profile__name' }, name),
      element('p', { class: 'profile__kind' }, t('profile.kind')),
      element('p', { class: 'profile__intro' }, t('profile.intro')),
      go(),
    ),
    ...shared(),
    element('dl', { class: 'facts' }, facts(originalId, mode)),
  ];
}

// What friends sent her is hers to open, whether she follows or not.
function shared() {
  const cards = world.messages().filter(({ kind }) => kind === 'miniprogram');
  if (world.active.followed || !cards.length) return [];
  return [
    element(
      'section',
      { class: 'profile__shared', 'aria-label': t('profile.shared') },
      element('p', { class: 'profile__kind' }, t('profile.shared')),
      cards.slice(-SHARED_SHOWN).map(miniprogram),
    ),
  ];
}

const MODES = {
  secure: 'profile.mode_secure',
  compatible: 'profile.mode_compatible',
  plain: 'profile.mode_plain',
};

function facts(originalId, mode) {
  const followers = world.consumers.filter(({ followed }) => followed).length;
  const rows = [
    [t('profile.id'), originalId],
    [t('profile.followers'), t('profile.followers_count', { n: followers })],
    [t('profile.mode'), MODES[mode] ? t(MODES[mode]) : mode],
  ];
  return rows.map(([term, fact]) =>
    element('div', { class: 'facts__row' }, element('dt', {}, term), element('dd', {}, fact)),
  );
}

function go() {
  if (world.active.followed) {
    return element(
      'div',
      { class: 'profile__buttons' },
      element(
        'button',
        { type: 'button', class: 'button profile__go', on: { click: backToChat } },
        t('profile.message'),
      ),
    );
  }
  return element(
    'div',
    { class: 'profile__buttons' },
    element(
      'button',
      { type: 'button', class: 'button profile__go', on: { click: follow } },
      icon('add'),
      t('profile.follow'),
    ),
    element(
      'button',
      { type: 'button', class: 'button button--quiet', on: { click: openScan } },
      icon('scan'),
      t('profile.scan'),
    ),
  );
}

function follow() {
  const consumerId = world.activeId;
  const run = async () => {
    await world.act(() => play.follow(consumerId));
    await world.refreshState();
  };
  once(`follow ${consumerId}`, run).catch(complain);
}
