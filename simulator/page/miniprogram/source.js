// The mini-program's files, and how they name one another.

let files = {};

export async function openSource() {
  const response = await fetch('/mp/source.json');
  if (!response.ok) throw new Error(`no mini-program here: ${response.status}`);
  files = await response.json();
}

export const paths = () => Object.keys(files);
export const has = (path) => path in files;
export const text = (path) => files[path] ?? '';
export const json = (path) => (path in files ? JSON.parse(files[path]) : {});

/** What `path` names when `base` says it, from the root, without a leading slash. */
export function resolve(base, path) {
  const parts = path.startsWith('/') ? [] : base.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/** Where the browser finds a picture that a page names. */
export function pictureAddress(base, address) {
  if (!address || /^(?:data:|blob:|https?:|wxfile:)/.test(address)) return address || '';
  return `/mp/files/${resolve(base, address)}`;
}

const modules = new Map();

/** A module as WeChat loads it: CommonJS, once. `path` ends with .js. */
export function requireFile(path) {
  const name = path.endsWith('.js') ? path : `${path}.js`;
  if (modules.has(name)) return modules.get(name).exports;
  if (!has(name)) throw new Error(`module '${name}' is not defined`);
  const module = { exports: {} };
  modules.set(name, module);
  const run = new Function(
    'module',
    'exports',
    'require',
    `${text(name)}\n//# sourceURL=mp:///${name}`,
  );
  run(module, module.exports, (wanted) => requireFile(resolve(name, wanted)));
  return module.exports;
}
