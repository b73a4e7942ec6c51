// wx.request: through the simulator's relay, so that it goes over real HTTP and shows on the wire.

import { play } from '../phone.js';

function told(body, dataType) {
  if (dataType !== undefined && dataType !== 'json') return body;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

async function ask({ url, method = 'GET', data, header = {}, dataType }) {
  const hasBody = data !== undefined && method !== 'GET';
  const asked = {
    url,
    method,
    headers: { 'content-type': 'application/json', ...header },
    body: hasBody ? (typeof data === 'string' ? data : JSON.stringify(data)) : '',
  };
  const { status, headers, body } = await play('miniprogram/request', asked);
  return { statusCode: status, header: headers, data: told(body, dataType), errMsg: 'request:ok' };
}

/** As WeChat's: callbacks only, and a task that can be given up. */
function request(options) {
  let given = false;
  const say = (name, answer) => {
    if (given) return;
    options[name]?.(answer);
    options.complete?.(answer);
  };
  ask(options).then(
    (answer) => say('success', answer),
    (error) => say('fail', { errMsg: `request:fail ${error.message}` }),
  );
  return {
    abort: () => {
      given = true;
    },
  };
}

export const requests = { request };
