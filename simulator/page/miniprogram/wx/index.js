// `wx`: the calls that a mini-program makes of WeChat, as far as ours makes them.

import { dialogs } from './dialogs.js';
import { device } from './device.js';
import { files } from './files.js';
import { login } from './login.js';
import { navigation } from './navigation.js';
import { requests } from './request.js';
import { storage } from './storage.js';

export const makeWx = () => ({
  ...storage,
  ...device,
  ...files,
  ...login,
  ...navigation,
  ...dialogs,
  ...requests,
});
