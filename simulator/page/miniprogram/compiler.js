// WeChat's template compiler: a CommonJS file for Node with a wasm beside it. The few things it asks
// of Node are given to it here.

const FOLDER = '/mp/vendor/glass-easel-template-compiler/';
const NAME = 'glass_easel_template_compiler';

/** The compiler's module, with `TmplGroup`. */
export async function openCompiler() {
  const [source, compiled] = await Promise.all([
    fetch(`${FOLDER}${NAME}.js`).then((response) => response.text()),
    WebAssembly.compileStreaming(fetch(`${FOLDER}${NAME}_bg.wasm`)),
  ]);
  const node = {
    util: { TextDecoder, TextEncoder },
    path: { join: (...parts) => parts.join('/') },
    fs: { readFileSync: () => null },
  };
  const wasm = {
    Module: class {
      constructor() {
        return compiled;
      }
    },
    Instance: WebAssembly.Instance,
  };
  const module = { exports: {} };
  const run = new Function('module', 'exports', 'require', '__dirname', 'WebAssembly', source);
  run(module, module.exports, (name) => node[name], '', wasm);
  return module.exports;
}
