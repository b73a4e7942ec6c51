// What glass-easel needs: compiled templates, the built-in elements, and the way to the document.

import * as glassEasel from 'glass-easel';
import { MiniProgramEnv } from 'glass-easel-miniprogram-adapter';
import { openCompiler } from './compiler.js';
import { elements } from './elements/index.js';
import { json, paths, requireFile, resolve, text } from './source.js';
import { TAGS, converted, layForComponent, layForPage } from './styles.js';

const NATIVE = 'native-';
const environment = new MiniProgramEnv();
const code = environment.createCodeSpace('', true);
const loaded = new Set();
let generated = {};
let backend = null;

export async function startStage() {
  const { TmplGroup } = await openCompiler();
  generated = evaluate(compiled(new TmplGroup()));
  registerElements(TmplGroup);
  backend = environment.associateBackend(context());
  glassEasel.addGlobalErrorListener((error) => {
    setTimeout(() => {
      throw error;
    });
    return false;
  });
}

const evaluate = (source) => (0, eval)(`(${source})`);

function compiled(group) {
  for (const path of paths()) {
    const name = path.replace(/\.\w+$/, '');
    if (path.endsWith('.wxml')) complain(path, group.addTmpl(name, text(path)));
    if (path.endsWith('.wxs')) {
      group.addScript(name, text(path));
      group.addScript(path, text(path));
    }
  }
  return group.getTmplGenObjectGroups();
}

// Levels from 3 on are errors; the others tell of what the compiler would rather see.
function complain(path, told) {
  for (const { level, message, start_line: line } of told) {
    if (level >= 3) throw new Error(`${path}:${line + 1} ${message}`);
  }
}

function registerElements(TmplGroup) {
  const space = environment.getGlobalCodeSpace().getComponentSpace();
  for (const [tag, { template = '<slot/>', ...definition }] of Object.entries(elements)) {
    const group = new TmplGroup();
    complain(tag, group.addTmpl('', template));
    const groupList = evaluate(group.getTmplGenObjectGroups());
    const component = space
      .define(`wx/${tag}`)
      .definition({ ...definition, template: { groupList, content: groupList[''] } })
      .registerComponent();
    code.getComponentSpace().setGlobalUsingComponent(tag, component);
    TAGS.add(tag);
  }
  TAGS.add('page');
}

function context() {
  const made = new glassEasel.CurrentWindowBackendContext();
  made.document = {
    createElement: (tag) => styled(document.createElement(nameOf(tag))),
    createTextNode: (words) => document.createTextNode(words),
    createDocumentFragment: () => document.createDocumentFragment(),
  };
  made.onEvent(glassEasel.Event.triggerEvent);
  return made;
}

function nameOf(tag) {
  if (tag.startsWith(NATIVE)) return tag.slice(NATIVE.length);
  return TAGS.has(tag) ? `wx-${tag}` : tag;
}

// rpx may stand in a style attribute too.
function styled(node) {
  const setAttribute = node.setAttribute.bind(node);
  node.setAttribute = (name, value) =>
    setAttribute(name, name === 'style' ? converted(String(value)) : value);
  return node;
}

function load(path) {
  if (loaded.has(path)) return;
  loaded.add(path);
  const told = json(`${path}.json`);
  const using = { ...json('app.json').usingComponents, ...told.usingComponents };
  const named = Object.entries(using).map(([tag, wanted]) => [tag, resolve(path, wanted)]);
  for (const [, wanted] of named) load(wanted);
  const scope = told.component ? path.replace(/\W+/g, '-') : '';
  code.addComponentStaticConfig(path, {
    ...told,
    usingComponents: Object.fromEntries(named.map(([tag, wanted]) => [tag, `/${wanted}`])),
  });
  code.addCompiledTemplate(path, { groupList: generated, content: generated[path] });
  code.addStyleSheet(path, undefined, scope || undefined);
  if (told.component) layForComponent(`${path}.wxss`, scope);
  code.globalComponentEnv(globalThis, path, () => requireFile(path));
}

/** A page's instance in `host`, and how to end it. */
export function makePage(path, host) {
  load(path);
  layForPage(`${path}.wxss`, path);
  const place = document.createElement('span');
  host.append(place);
  const root = backend.createRoot('page', code, `/${path}`);
  root.attach(host, place);
  return { page: root.get(), end: () => root.release() };
}
