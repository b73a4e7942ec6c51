// The way to the server's /demo: through the simulator, as the mini-program's requests go.

import { language } from '../js/words.js';

/** The server's no, in the reader's language. */
export class Refused extends Error {}

/** No answer came. */
export class Away extends Error {}

/** What the server's page around the phones is told: addresses, account, password. */
export const told = () => asked('/play/day');

/** What the phones' world looks like: consumers, account. */
export const world = () => asked('/play/state');

/** The shops on platforms with their newest orders. */
export const shopsOnPlatforms = () => asked('/play/shops');

/** Lets something happen in the shops on platforms. Raises: Away. */
export const play = (path, body) => posted(`/play/shops${path}`, body);

/** Lets her do something with her phone. Raises: Away. */
export const hand = ({ id }, path, body) =>
  posted(`/play/consumers/${encodeURIComponent(id)}/${path}?wait=1`, body);

const posted = (address, body = {}) =>
  asked(address, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });

/** Asks /demo`path`. Raises: Refused, Away. */
export async function demo(method, path, body) {
  const headers = { 'Accept-Language': language() === 'zh' ? 'zh-CN' : 'en' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  const wish = { method, path: `/demo${path}`, headers };
  const heard = await asked('/play/day/request', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ ...wish, body: body === undefined ? '' : JSON.stringify(body) }),
  });
  const answer = JSON.parse(heard.body || 'null');
  if (heard.status >= 400) throw new Refused(answer?.error?.message ?? `HTTP ${heard.status}`);
  return answer;
}

async function asked(address, request) {
  let response;
  try {
    response = await fetch(address, request);
  } catch (error) {
    throw new Away(String(error));
  }
  if (!response.ok) throw new Away(`${address}: ${response.status}`);
  return response.json();
}
