// The two panels beside the phone: docked where there is room, over the phone where there is not.

import { byId } from './element.js';

const drawers = [];

/**
 * A panel that docks while `roomy` matches. `openers` open it; `closer` closes it. Docked, the
 * choice is remembered; over the phone it starts closed, takes the focus, makes the rest inert and
 * gives the focus back.
 */
export function makeDrawer({ panel, openers, closer, roomy, keptAs }) {
  const room = window.matchMedia(roomy);
  const drawer = { panel, open: false, over: false };
  drawers.push(drawer);
  let returnTo = null;

  const show = (wanted) => {
    Object.assign(drawer, { open: wanted, over: wanted && !room.matches });
    panel.classList.toggle('drawer--open', wanted);
    panel.classList.toggle('drawer--over', !room.matches);
    document.body.classList.toggle(`${panel.id}-open`, wanted);
    openers.forEach((opener) => opener.setAttribute('aria-expanded', String(wanted)));
    settleInert();
  };
  const settle = () => show(room.matches && kept(keptAs));
  const openNow = ({ currentTarget }) => {
    returnTo = currentTarget;
    if (room.matches) keep(keptAs, true);
    show(true);
    closer.focus();
  };
  const close = () => {
    if (!drawer.open) return;
    if (room.matches) keep(keptAs, false);
    const hadFocus = panel.contains(document.activeElement);
    show(false);
    const back = [returnTo, ...openers].find(
      (opener) => opener?.isConnected && opener.checkVisibility(),
    );
    if (hadFocus) back?.focus();
  };

  openers.forEach((opener) => opener.addEventListener('click', openNow));
  closer.addEventListener('click', close);
  byId('scrim').addEventListener('click', () => {
    if (!room.matches) close();
  });
  panel.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && !room.matches) close();
  });
  room.addEventListener('change', settle);
  settle();
  return {
    leave: () => {
      if (!room.matches) close();
    },
  };
}

// What lies behind an open drawer can not be reached, and neither can a closed one.
function settleInert() {
  const over = drawers.find((drawer) => drawer.over);
  byId('place').inert = over !== undefined;
  byId('scrim').hidden = over === undefined;
  drawers.forEach((drawer) => {
    drawer.panel.inert = !drawer.open || (over !== undefined && over !== drawer);
  });
}

function kept(name) {
  try {
    return localStorage.getItem(name) !== 'closed';
  } catch {
    return true;
  }
}

function keep(name, open) {
  try {
    localStorage.setItem(name, open ? 'open' : 'closed');
  } catch {
    /* private windows keep nothing */
  }
}
