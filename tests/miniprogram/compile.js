// Compiles a mini-program with WeChat's own compilers: `node compile.js PACKAGES FOLDER`.
// Says what is wrong on standard error, and ends with 1.

const { join } = require('path');
const [packages, folder] = process.argv.slice(2);
const { wxmlToJs, wxssToJs } = require(join(packages, 'miniprogram-compiler'));

for (const compile of [wxmlToJs, wxssToJs]) {
  const made = compile(folder);
  if (!made) throw new Error(`${compile.name} made nothing`);
  new Function('global', made);
}
