// Whose phone it is, and what the simulator does for it.

export const phone = {
  consumerId: '',
  mobile: '',
  language: 'zh_CN',
  appId: '',
  server: '',
  isPushedTo: false,
  hasWallet: false,
  name: '',
  consumerName: '',
  templates: {},
  posters: [],
};

export async function openPhone() {
  const state = await (await fetch('/play/state')).json();
  const wanted = new URLSearchParams(location.search).get('consumer');
  const consumer = state.consumers.find(({ id }) => id === wanted) ?? state.consumers[0];
  Object.assign(phone, {
    consumerId: consumer.id,
    mobile: consumer.mobile,
    language: consumer.language,
    consumerName: consumer.nickname,
    appId: state.miniprogram.app_id,
    name: state.miniprogram.name || state.account.name,
    server: state.miniprogram.server,
    isPushedTo: state.miniprogram.is_pushed_to,
    hasWallet: state.miniprogram.has_wallet,
    templates: state.miniprogram.templates,
    posters: state.posters ?? [],
  });
}

/**
 * One action of this consumer through the control API.
 * Raises: Error with the simulator's sentence, and its `code`.
 */
export const play = (path, body = {}) =>
  call(`/play/consumers/${encodeURIComponent(phone.consumerId)}/${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/** What the control API says at `path`. Raises: as `play`. */
export const look = (path) => call(`/play/${path}`);

async function call(address, request) {
  const response = await fetch(address, request);
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer;
  const { code = `http_${response.status}`, message = response.statusText } = answer.error ?? {};
  throw Object.assign(new Error(message), { code });
}

/** A word of the frame in the phone's language. */
export const say = (zh, en) => (phone.language.startsWith('zh') ? zh : en);
