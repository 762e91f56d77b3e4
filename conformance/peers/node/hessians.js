'use strict';
// hessians.js LIBRARY: each line of stdin is a value of Hessian 2 in base64. The library reads it with its types and writes it anew,
// and its bytes are a line on stdout. Libraries: draft and final of sofa-hessian-node, and hessian.js.

const readline = require('readline');

const libraries = {
  draft: () => require('sofa-hessian-node').v3,
  final: () => require('sofa-hessian-node').v4,
  'hessian.js': () => require('hessian.js'),
};
const { decode, encode } = libraries[process.argv[2]]();

readline.createInterface({ input: process.stdin }).on('line', (line) => {
  let answer;
  try {
    answer = encode(decode(Buffer.from(line, 'base64'), '2.0', true), '2.0').toString('base64');
  } catch (e) {
    answer = `! ${String(e).split('\n')[0]}`;
  }
  console.log(answer);
});
