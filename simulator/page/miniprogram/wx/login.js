// wx.login: a code for the mini-program's server, from the simulated WeChat.

import { play } from '../phone.js';
import { asynchronous } from './asynchronous.js';

export const login = {
  login: asynchronous('login', async () => ({ code: (await play('miniprogram/login')).code })),
};
