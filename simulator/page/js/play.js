// The simulator's control API under /play/, and its live stream.

const TIMEOUT_MS = 10_000;

/** The simulator refused: `code` is its own word, `message` its sentence. */
export class Refused extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** No answer: the simulator is gone, or did not answer in time. */
export class Unreachable extends Error {}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(`/play/${path}`, {
      method,
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  const answer = await response.json().catch(() => null);
  if (response.ok && answer !== null) return answer;
  const { code = `http_${response.status}`, message = response.statusText } = answer?.error ?? {};
  throw new Refused(code, message);
}

const of = (consumerId) => `consumers/${encodeURIComponent(consumerId)}`;

const at = ({ kind, code }) => `shops/${encodeURIComponent(kind)}/${encodeURIComponent(code)}`;

export const play = {
  state: () => call('GET', 'state'),
  chat: (id) => call('GET', `${of(id)}/chat`),
  wire: (limit) => call('GET', `wire?limit=${limit}`),
  addConsumer: (nickname, language) => call('POST', 'consumers', { nickname, language }),
  follow: (id) => call('POST', `${of(id)}/follow`, {}),
  unfollow: (id) => call('POST', `${of(id)}/unfollow`, {}),
  scan: (id, scene) => call('POST', `${of(id)}/scan`, { scene }),
  join: (id, configId) => call('POST', `${of(id)}/groups/join`, { qr_code: configId }),
  groups: () => call('GET', 'groups'),
  staffSends: (userId) => call('GET', `staff/${encodeURIComponent(userId)}/sends`),
  confirmSend: (userId, msgid) =>
    call(
      'POST',
      `staff/${encodeURIComponent(userId)}/sends/${encodeURIComponent(msgid)}/confirm`,
      {},
    ),
  sayToApp: (userId, text) => call('POST', `staff/${encodeURIComponent(userId)}/say`, { text }),
  desks: () => call('GET', 'desks'),
  enterDesk: (id, desk) => call('POST', `${of(id)}/desks/${encodeURIComponent(desk)}/enter`, {}),
  sayAtDesk: (id, desk, text, menuId) =>
    call('POST', `${of(id)}/desks/${encodeURIComponent(desk)}/say`, { text, menu_id: menuId }),
  serveAtDesk: (userId, desk, id, deed, body = {}) =>
    call(
      'POST',
      ['staff', userId, 'desks', desk, id, deed].map(encodeURIComponent).join('/'),
      body,
    ),
  scanContact: (id, configId) => call('POST', `${of(id)}/contacts/scan`, { qr_code: configId }),
  addContact: (id, userId) => call('POST', `${of(id)}/contacts`, { user_id: userId }),
  message: (id, message) => call('POST', `${of(id)}/messages`, message),
  menu: (id, key) => call('POST', `${of(id)}/menu`, { key }),
  retry: (id) => call('POST', `${of(id)}/retry`, {}),
  shops: () => call('GET', 'shops'),
  buy: (shop, wish) => call('POST', `${at(shop)}/orders`, wish),
  order: (shop, { number }, action, told = {}) =>
    call('POST', `${at(shop)}/orders/${number}/${action}`, told),
  memberPage: (shop, deed, id) => call('POST', `${at(shop)}/members/${deed}`, { consumer_id: id }),
  poster: (place) => `/play/posters/${place}`,
  qrcode: (ticket) => `/play/qrcode?ticket=${encodeURIComponent(ticket)}`,
  faults: (faults) => call('POST', 'faults', faults),
};

const REOPEN_AFTER_MS = 1_000;

/**
 * Listens to /play/events for ever. EventSource reconnects by itself after a broken connection but
 * gives up after an answer that is no stream (a proxy's 502, a simulator half started): then a new
 * one is opened.
 */
export function listen({ bubble, exchange, state, up, down }) {
  const source = new EventSource('/play/events');
  const decoded = (hear) => (event) => hear(JSON.parse(event.data || '{}'));
  source.addEventListener('bubble', decoded(bubble));
  source.addEventListener('exchange', decoded(exchange));
  source.addEventListener('state', state);
  source.addEventListener('open', up);
  source.addEventListener('error', () => {
    down();
    if (source.readyState !== EventSource.CLOSED) return;
    setTimeout(() => listen({ bubble, exchange, state, up, down }), REOPEN_AFTER_MS);
  });
}
