'use strict';
// The loop of a peer: one JSON object per line in, one out. And JSON with every digit kept.

const assert = require('assert');
const fs = require('fs');
const path = require('path');
const readline = require('readline');

// Outside the basic plane, and Chinese.
const TEXT = 'clef \u{1D11E} 漢 end';
const SERVICE = 'io.dragoman.sample.Sample';
const ORDER_TEXT = fs.readFileSync(path.join(__dirname, '..', 'order.json'), 'utf8');

// exact parses JSON with each number as an object of its text: what a double cannot hold stays visible.
function exact(text) {
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d[0-9.eE+-]*/g, (m) => (m[0] === '"' ? m : `{"number":"${m}"}`));
  return JSON.parse(marked);
}

function equal(what, want, got) {
  try {
    assert.deepStrictEqual(got, want);
  } catch (e) {
    throw new Error(`${what}: expected ${show(want)}, got ${show(got)}\n${e.message.slice(0, 800)}`);
  }
}

function show(v) {
  const text = JSON.stringify(v, (k, x) => (typeof x === 'bigint' ? `${x}n` : x));
  return text === undefined ? String(v) : text.slice(0, 300);
}

function that(what, holds) {
  if (!holds) throw new Error(what);
}

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

async function answer(cases, server, op) {
  if (op.op === 'cases') return { cases: Object.keys(cases) };
  if (op.op === 'state') return server ? server.state() : {};
  if (op.op === 'serve' && server) return { port: await server.serve(op) };
  if (op.op !== 'case') return { ok: false, error: `this peer does not know the op ${op.op}` };
  if (!cases[op.name]) return { ok: false, error: `unknown case ${op.name}` };
  let timer;
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error('no result within 28 s')), 28000);
  });
  try {
    await Promise.race([cases[op.name](op), late]);
    return { ok: true };
  } catch (e) {
    return { ok: false, error: String((e && (e.stack || e.message)) || e).slice(0, 2000) };
  } finally {
    clearTimeout(timer);
  }
}

// run: cases by name; server has serve(op), which gives the port, and state(), if the peer serves.
async function run(cases, server) {
  const out = fs.createWriteStream(null, { fd: 1 });
  // Whatever a library prints must not get between the answers.
  console.log = console.info = console.debug = console.error;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (!line.trim()) continue;
    let reply;
    try {
      const op = JSON.parse(line);
      if (op.op === 'quit') break;
      reply = await answer(cases, server, op);
    } catch (e) {
      reply = { ok: false, error: String(e) };
    }
    await new Promise((done) => out.write(JSON.stringify(reply) + '\n', done));
  }
  process.exit(0);
}

process.on('unhandledRejection', (e) => console.error('unhandled', e));

module.exports = { TEXT, SERVICE, ORDER_TEXT, exact, equal, that, sleep, run };
