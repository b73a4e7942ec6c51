// WXSS as the browser's own style sheets: rpx, imports, scopes, and the tags that carry a prefix.

import { resolve, text } from './source.js';

/** The built-in tags: in the document they are `wx-view`, `wx-text`, ... */
export const TAGS = new Set();

const IMPORT = /@import\s+["']([^"']+)["'];?/g;
const RPX = /(-?(?:\d+\.)?\d+)rpx/g;
const CLASS = /\.(-?[_a-zA-Z][\w-]*)/g;
const KEYFRAMES = /@keyframes\s+[\w-]+\s*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}/g;
const VH = /(-?(?:\d+\.)?\d+)vh\b/g;
const TAG = /(^|[\s>+~,(])([a-z][a-z-]*)(?![\w-])/g;
const laid = new Set();

/** Lays a file that holds for every page, and not for the frame around them. */
export const layForAll = (path) => layOnce(path, '.stack');

/** Lays a page's file: it holds inside `[data-page]` of its name. */
export const layForPage = (path, page) => layOnce(path, `[data-page="${page}"]`);

/** Lays a component's file: its classes carry `prefix`. */
export const layForComponent = (path, prefix) => layOnce(path, '.stack', prefix);

// Keyframes may not stand inside @scope.
function layOnce(path, scope, prefix = '') {
  if (laid.has(path)) return;
  laid.add(path);
  const css = converted(whole(path));
  const free = css.match(KEYFRAMES) ?? [];
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${free.join('\n')}\n@scope (${scope}) {\n${css.replace(KEYFRAMES, '')}\n}`);
  for (const rule of sheet.cssRules) rename(rule, prefix);
  document.adoptedStyleSheets.push(sheet);
}

/** What a style attribute may hold, in the browser's units. */
export const converted = (css) =>
  css
    .replace(RPX, (_, number) => `calc(${number} * 100vw / 750)`)
    .replace(VH, (_, number) => `calc(${number} * var(--vh))`)
    .replaceAll('env(safe-area-inset-bottom)', 'var(--inset-bottom, 0px)');

const whole = (path) => text(path).replace(IMPORT, (_, wanted) => whole(resolve(path, wanted)));

function rename(rule, prefix) {
  if (rule instanceof CSSKeyframesRule) return;
  if (rule.selectorText !== undefined) rule.selectorText = renamed(rule.selectorText, prefix);
  for (const inner of rule.cssRules ?? []) rename(inner, prefix);
}

function renamed(selector, prefix) {
  const tagged = selector.replace(TAG, (found, before, tag) =>
    TAGS.has(tag) ? `${before}wx-${tag}` : found,
  );
  if (!prefix) return tagged;
  return tagged.replace(CLASS, `.${prefix}--$1`).replaceAll(':host', `[wx-host="${prefix}"]`);
}
