// The way to the server: signing in, one retry after a session's end, and what a refusal says.

const clock = require('./clock');
const { language, words } = require('./words');
const { server } = require('../config');

const SESSION = 'session';
const PREFIX = '/miniprogram/v1';
let signingIn = null;

/** The server said no: `code` is stable, `message` is its sentence in the shopper's language. */
class Refused extends Error {
  constructor({ code, message, field }, status) {
    super(message);
    this.code = code;
    this.field = field;
    this.status = status;
  }
}

/** No answer came, so nobody knows whether it was done: ask again with the same name. */
class Away extends Error {}

const base = () => (wx.getExtConfigSync().server || server) + PREFIX;

function send(method, path, { body, token } = {}) {
  return new Promise((resolve, reject) => {
    const header = { 'Accept-Language': language() === 'zh' ? 'zh-CN' : 'en' };
    if (token) header.Authorization = `Bearer ${token}`;
    wx.request({
      url: base() + path,
      method,
      data: body,
      header,
      timeout: 15000,
      success: (answer) => {
        clock.hear(answer);
        resolve(answer);
      },
      fail: () => reject(new Away(words().common.away)),
    });
  });
}

function told({ statusCode, data }) {
  if (statusCode >= 200 && statusCode < 300) return data;
  const error = (data && data.error) || {};
  throw new Refused(
    {
      code: error.code || 'internal',
      message: error.message || words().common.wrong,
      field: error.field,
    },
    statusCode,
  );
}

const loginCode = () =>
  new Promise((resolve, reject) => {
    wx.login({
      success: ({ code }) => resolve(code),
      fail: () => reject(new Away(words().common.away)),
    });
  });

async function signIn() {
  const { appId } = wx.getAccountInfoSync().miniProgram;
  const code = await loginCode();
  const { token } = told(await send('POST', '/session', { body: { code, app_id: appId } }));
  wx.setStorageSync(SESSION, token);
  await send('PUT', '/me/language', { body: { language: language() }, token });
  return token;
}

/** The session's token; many who ask at once share one login. */
async function token() {
  const kept = wx.getStorageSync(SESSION);
  if (kept) return kept;
  signingIn = signingIn || signIn().finally(() => (signingIn = null));
  return signingIn;
}

async function call(method, path, body) {
  const first = await token();
  const answer = await send(method, path, { body, token: first });
  if (answer.statusCode !== 401) return told(answer);
  if (wx.getStorageSync(SESSION) === first) wx.removeStorageSync(SESSION);
  return told(await send(method, path, { body, token: await token() }));
}

module.exports = {
  Refused,
  Away,
  get: (path) => call('GET', path),
  put: (path, body) => call('PUT', path, body),
  post: (path, body) => call('POST', path, body),
  remove: (path) => call('DELETE', path),
  /** The session is over: whatever is asked next signs in anew. */
  forget: () => wx.removeStorageSync(SESSION),
  /** What everybody may read: no session. */
  open: async (path) => told(await send('GET', path)),
};
