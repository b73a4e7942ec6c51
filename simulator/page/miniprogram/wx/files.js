// Files of the mini-program's own, and the phone's album.

import { ask, choice } from '../sheets/sheet.js';
import { element } from '../../js/element.js';
import { say } from '../phone.js';
import { asynchronous } from './asynchronous.js';

const ROOM = 'http://usr';
const written = new Map();

function write({ filePath, data, encoding }) {
  if (!filePath?.startsWith(`${ROOM}/`)) throw new Error('permission denied, open ' + filePath);
  if (encoding !== 'base64') throw new Error('encoding is not played here');
  written.set(filePath, data);
  return {};
}

let isAllowed = null;

/** As the phone does, the first time it is asked for, and never again where she refused. */
async function allowed() {
  const title = say('允许保存图片到相册？', 'Allow saving pictures to your album?');
  isAllowed ??= await ask('bottom', title, (end) => [
    element('p', { class: 'sheet__alert' }, title),
    choice(say('允许', 'Allow'), () => end(true), 'sheet__button--row'),
    choice(say('拒绝', 'Refuse'), () => end(false), 'sheet__button--row sheet__button--last'),
  ]);
  return isAllowed;
}

async function save({ filePath }) {
  if (!written.has(filePath)) throw new Error('file not found');
  if (!(await allowed())) throw new Error('auth deny');
  document.documentElement.dataset.album = Number(document.documentElement.dataset.album ?? 0) + 1;
  return {};
}

export const files = {
  env: { USER_DATA_PATH: ROOM },
  getFileSystemManager: () => ({ writeFile: asynchronous('writeFile', write) }),
  saveImageToPhotosAlbum: asynchronous('saveImageToPhotosAlbum', save),
};
