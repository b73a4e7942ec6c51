// What the page knows of the small China: account, consumers, chats, exchanges. It only repeats
// what the simulator says; views listen for 'state', 'active', 'chat', 'bubble', 'wire', 'exchange',
// 'online', and 'told', whenever anything was told anew.

import { play, listen, Unreachable } from './play.js';

const EXCHANGES_KEPT = 300;
const DOWN_AFTER_MS = 1_200;
const KEPT_AS = 'jifen.consumer';

class World extends EventTarget {
  account = null;
  miniprogram = null;
  hasDay = false;
  hasMarket = false;
  consumers = [];
  shops = [];
  posters = [];
  joinWays = [];
  contactWays = [];
  staff = [];
  faults = {};
  online = true;
  activeId = null;
  chats = new Map();
  unread = new Map();
  exchanges = new Map();
  #downTimer = null;
  #stateTimer = null;
  #told = '';

  get active() {
    return this.consumers.find((consumer) => consumer.id === this.activeId) ?? null;
  }

  messages(consumerId = this.activeId) {
    return this.chats.get(consumerId) ?? [];
  }

  open() {
    listen({
      bubble: ({ consumer_id, bubble }) => this.#hear(consumer_id, bubble),
      exchange: ({ exchange }) => this.#overheard(exchange),
      state: () => this.#refreshSoon(),
      up: () => this.#up(),
      down: () => this.#down(),
    });
  }

  /**
   * Everything again: at start, and whenever the stream comes back, since it may be another
   * simulator by now.
   */
  async refresh() {
    this.unread.clear();
    await this.refreshState();
    await Promise.all([this.#readChat(this.activeId), this.#readWire()]);
  }

  async refreshState() {
    const state = await play.state();
    this.account = state.account;
    this.miniprogram = state.miniprogram ?? null;
    this.hasDay = state.has_day === true;
    this.hasMarket = state.has_market === true;
    this.consumers = state.consumers;
    this.shops = state.shops ?? [];
    this.posters = state.posters ?? [];
    this.joinWays = state.join_ways ?? [];
    this.contactWays = state.contact_ways ?? [];
    this.staff = state.staff ?? [];
    this.faults = state.faults ?? {};
    for (const { id, unread } of state.consumers) {
      if (!this.unread.has(id)) this.unread.set(id, id === this.activeId ? 0 : (unread ?? 0));
    }
    if (!this.active) {
      this.#choose(remembered(state.consumers) ?? state.consumers[0]?.id ?? null);
      this.#tell('active');
    }
    this.#tellStateIfChanged();
    this.#tell('told');
  }

  /**
   * Plays another consumer. The chat that is left is read once more, so that the simulator knows
   * it was seen. Before the first state is there (the page around us may be faster) the choice is
   * only kept: what is read first reads her chat, too.
   */
  async select(consumerId) {
    if (consumerId === this.activeId) return;
    const left = this.activeId;
    this.#choose(consumerId);
    this.#tell('active');
    if (this.account === null) return;
    await this.#readChat(consumerId);
    if (left !== null) await this.#readChat(left);
  }

  /** One action of a consumer. Without a live stream, what it changed is read again. */
  async act(action) {
    const answer = await action();
    if (!this.online) await this.refresh();
    return answer;
  }

  // Views that are drawn again lose the tap that is under way: they are only told of what they
  // would draw otherwise.
  #tellStateIfChanged() {
    const consumers = this.consumers.map(({ id, followed }) => [id, followed, this.unread.get(id)]);
    const told = JSON.stringify([this.account, consumers, this.shops, this.faults]);
    if (told === this.#told) return;
    this.#told = told;
    this.#tell('state');
  }

  #choose(consumerId) {
    this.activeId = consumerId;
    this.unread.set(consumerId, 0);
    try {
      localStorage.setItem(KEPT_AS, consumerId ?? '');
    } catch {
      /* private windows keep nothing */
    }
  }

  async #readChat(consumerId) {
    if (consumerId === null) return;
    const known = new Set(this.messages(consumerId).map(({ id }) => id));
    const { messages } = await play.chat(consumerId);
    const read = new Set(messages.map(({ id }) => id));
    const meanwhile = this.messages(consumerId).filter(({ id }) => !known.has(id) && !read.has(id));
    this.chats.set(consumerId, [...messages, ...meanwhile]);
    this.#tell('chat', { consumerId });
  }

  async #readWire() {
    const { exchanges } = await play.wire(EXCHANGES_KEPT);
    this.exchanges = new Map(exchanges.map((exchange) => [exchange.seq, exchange]));
    this.#tell('wire');
  }

  #hear(consumerId, bubble) {
    const chat = this.chats.get(consumerId) ?? [];
    if (chat.some(({ id }) => id === bubble.id)) return;
    this.chats.set(consumerId, [...chat, bubble]);
    if (consumerId !== this.activeId && bubble.from !== 'consumer') {
      this.unread.set(consumerId, (this.unread.get(consumerId) ?? 0) + 1);
      this.#tellStateIfChanged();
    }
    this.#tell('bubble', { consumerId, bubble });
  }

  #overheard(exchange) {
    this.exchanges.set(exchange.seq, exchange);
    while (this.exchanges.size > EXCHANGES_KEPT)
      this.exchanges.delete(this.exchanges.keys().next().value);
    this.#tell('exchange', { exchange });
  }

  #refreshSoon() {
    clearTimeout(this.#stateTimer);
    this.#stateTimer = setTimeout(() => this.refreshState().catch(ignoreUnreachable), 60);
  }

  #up() {
    clearTimeout(this.#downTimer);
    this.#downTimer = null;
    this.#setOnline(true);
    this.refresh().catch(ignoreUnreachable);
  }

  // A stream that breaks and is back within a second is nobody's business.
  #down() {
    this.#downTimer ??= setTimeout(() => this.#setOnline(false), DOWN_AFTER_MS);
  }

  #setOnline(online) {
    if (online === this.online) return;
    this.online = online;
    this.#tell('online');
  }

  #tell(what, detail = {}) {
    this.dispatchEvent(new CustomEvent(what, { detail }));
  }
}

// The offline banner already says it, and the stream's return reads everything again.
function ignoreUnreachable(error) {
  if (!(error instanceof Unreachable)) throw error;
}

function remembered(consumers) {
  try {
    const id = localStorage.getItem(KEPT_AS);
    return consumers.find((consumer) => String(consumer.id) === id)?.id ?? null;
  } catch {
    return null;
  }
}

export const world = new World();
