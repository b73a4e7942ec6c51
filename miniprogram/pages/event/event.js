const events = require('../../api/events');
const { Refused } = require('../../utils/api');
const clock = require('../../utils/clock');
const { grouped, minute } = require('../../utils/format');
const { definePage } = require('../../utils/page');
const { elsewhere, scanned } = require('../../utils/scan');
const { fill, words } = require('../../utils/words');

/** Where she stands, or where signing up does, in a word or two. */
function stands({ mine, sign_up: signUp }, spoken) {
  if (mine.state === 'waiting') return fill(spoken.waiting, { n: mine.number });
  return spoken[mine.state] || spoken[`sign_up_${signUp}`];
}

function shownEvent(told) {
  const spoken = words().event;
  const isOpen = told.sign_up === 'open' || told.sign_up === 'line';
  const { state } = told.mine;
  const isIn = state === 'placed' || state === 'waiting';
  return {
    code: told.code,
    name: told.name,
    about: told.about,
    place: told.place || spoken.online,
    when: told.when,
    gives: told.points ? fill(spoken.gives, { n: grouped(told.points) }) : '',
    stands: stands(told, spoken),
    isMine: state !== 'none',
    left: told.left === null || told.sign_up === 'over' ? '' : fill(spoken.left, { n: grouped(told.left) }),
    opens: told.sign_up === 'coming' ? fill(spoken.opens, { when: minute(told.opens_at) }) : '',
    doors: told.are_doors_open ? '' : fill(spoken.doors, { when: minute(told.doors_open_at) }),
    signUp: state === 'none' && isOpen ? (told.sign_up === 'line' ? spoken.join_line : spoken.sign_up) : '',
    canLeave: isIn && Date.parse(told.starts_at) > clock.now(),
    canCome: told.are_doors_open && state !== 'came',
    won: state === 'came' && told.mine.points ? fill(spoken.won, { n: grouped(told.mine.points) }) : '',
  };
}

definePage('event', {
  data: { rows: [], event: null, done: null, why: '' },

  /** What WeChat read (q): the link of the code at an event; or which event is shown (code). */
  onLoad({ q }) {
    this.scannedCode = q ? decodeURIComponent(q) : '';
  },

  async load() {
    const scannedNow = this.scannedCode;
    this.scannedCode = ''; // back from the camera the page loads twice, and is let in once
    const came = scannedNow ? await this.came(scannedNow) : {};
    const code = (came.done && came.done.code) || this.query.code;
    if (code) return { ...came, event: shownEvent(await events.read(code)), rows: [] };
    return { ...came, rows: (await events.list()).map(shownEvent), event: null };
  },

  /** What became of a scan: she is in, or why not. A broken line is tried again. */
  async came(code) {
    const spoken = words().event;
    try {
      const told = await events.come(code);
      const points = told.points + told.goal_points;
      const result = {
        done: {
          code: told.code,
          name: told.name,
          title: told.is_new ? spoken.is_in : spoken.was_in,
          points: told.is_new && points ? fill(spoken.won, { n: grouped(points) }) : '',
        },
        why: '',
      };
      this.setData(result);
      return result;
    } catch (refused) {
      if (!(refused instanceof Refused) || refused.status >= 500) {
        this.scannedCode = code;
        throw refused;
      }
      this.setData({ done: null, why: refused.message });
      return {};
    }
  },

  onSignUp() {
    const { event, t } = this.data;
    return this.once('sign_up', async () => {
      const told = shownEvent(await events.signUp(event.code));
      this.setData({ event: told, why: '' });
      this.say(fill(t.signed_up, { stands: told.stands }));
    });
  },

  onLeave() {
    const { event, t, c } = this.data;
    return this.once('leave', async () => {
      const { confirm } = await wx.showModal({
        title: t.sure,
        content: t.sure_about,
        confirmText: t.yes,
        cancelText: c.back,
      });
      if (!confirm) return;
      this.setData({ event: shownEvent(await events.leave(event.code)), why: '' });
      this.say(t.left_it);
    });
  },

  onScan() {
    return this.once('scan', async () => {
      const code = await scanned();
      if (!code) return;
      const url = elsewhere(code, '/pages/event/event');
      if (url) {
        wx.redirectTo({ url });
        return;
      }
      this.scannedCode = code;
      await this.refresh();
    });
  },
});
