'use strict';
// The sample service of grpc-js. Its server does not compress what it sends.

const assert = require('assert');
const { grpc, order, numbered, packed } = require('./messages');

const counts = { calls: 0, notices: 0, canceled: 0 };

// unary makes a handler of a function from request to reply.
const unary = (f) => (call, callback) => {
  counts.calls++;
  try {
    callback(null, f(call.request, call));
  } catch (e) {
    callback(e);
  }
};

const failure = (code, message, name, detail) => ({ code, details: message, metadata: packed(code, message, name, detail) });
const shortage = (code, message, left) => failure(code, message, 'io.dragoman.sample.Shortage', { sku: 'A-1', left });
const list = (n) => Array.from({ length: n }, (_, i) => numbered(i));

function checked(got) {
  if (got.name === 'fixture') {
    try {
      assert.deepStrictEqual(got, order());
    } catch (e) {
      throw { code: grpc.status.INVALID_ARGUMENT, details: e.message };
    }
  }
  return got;
}

function reserve({ sku }) {
  const message = `out of stock: ${sku}`;
  throw failure(grpc.status.UNKNOWN, message, 'dragoman.v1.Fault', {
    class: 'io.dragoman.sample.OutOfStock', message, fields: { sku: { string: sku }, left: { int: 3 } },
    cause: { class: 'java.lang.IllegalStateException', message: 'warehouse empty' },
  });
}

function context(call, callback) {
  counts.calls++;
  const value = {};
  const head = new grpc.Metadata();
  const trailers = new grpc.Metadata();
  for (const key of Object.keys(call.metadata.getMap()).filter((k) => k.startsWith('x-'))) {
    const all = call.metadata.get(key);
    value[key] = all.map((v) => (Buffer.isBuffer(v) ? v.toString('base64') : v)).join(',');
    if (key === 'x-trace') {
      head.set('x-head', `head:${all[0]}`);
      trailers.set('x-reply', `seen:${all[0]}`);
    }
    if (key === 'x-trace-bin') trailers.set('x-reply-bin', Buffer.from(all[0]).reverse());
  }
  call.sendMetadata(head);
  callback(null, { value }, trailers);
}

// watched counts a call that is canceled before its work is done: the event also comes after the end of some that are not.
function watched(call, stop) {
  const work = { done: false };
  call.on('cancelled', () => {
    if (!work.done) counts.canceled++;
    stop();
  });
  return work;
}

function slow(call, callback) {
  counts.calls++;
  const { millis } = call.request;
  const work = watched(call, () => clearTimeout(timer));
  const timer = setTimeout(() => {
    work.done = true;
    callback(null, { value: `slept ${millis}` });
  }, Number(millis));
}

async function watch(call) {
  counts.calls++;
  let stop;
  const over = new Promise((done) => (stop = done));
  const work = watched(call, stop);
  const { n, millis, size, failAfter } = call.request;
  for (let i = 0; i < n && !call.cancelled; i++) {
    if (failAfter === i) {
      work.done = true;
      call.emit('error', shortage(grpc.status.ABORTED, `stopped after ${i}`, i));
      return;
    }
    const more = call.write(size ? { ...numbered(i), note: 'x'.repeat(size) } : numbered(i));
    if (!more) await Promise.race([over, new Promise((done) => call.once('drain', done))]);
    if (millis) await Promise.race([over, new Promise((done) => setTimeout(done, millis))]);
  }
  work.done = !call.cancelled;
  call.end();
}

function total(call, callback) {
  counts.calls++;
  let items = 0;
  let quantity = 0;
  call.on('data', (item) => {
    items++;
    quantity += item.quantity || 0;
  });
  call.on('end', () => callback(null, { items, quantity }));
}

function chat(call) {
  counts.calls++;
  call.on('data', ({ s }) => {
    if (!call.write({ value: s })) {
      call.pause();
      call.once('drain', () => call.resume());
    }
  });
  call.on('end', () => call.end());
}

const service = {
  Echo: unary(({ s }) => ({ value: s })),
  AddInt: unary(({ a, b }) => ({ value: (a + b) | 0 })),
  AddLong: unary(({ a, b }) => ({ value: String(BigInt.asIntN(64, BigInt(a) + BigInt(b))) })),
  Order: unary(checked),
  Pick: unary(({ a, b }) => ({ value: `string+int:${a},${b}` })),
  Join: unary(({ sep, parts }) => ({ value: parts.join(sep) })),
  Reserve: unary(reserve),
  Slow: slow,
  Notice: unary(() => {
    counts.notices++;
    return {};
  }),
  Noticed: unary(() => ({ value: counts.notices })),
  Context: context,
  Orders: unary(({ n }) => ({ value: list(n) })),
  OrdersByName: unary(({ n }) => ({ value: Object.fromEntries(list(n).map((o) => [o.name, o])) })),
  Any: unary(({ o }) => ({ value: o })),
  Watch: watch,
  Total: total,
  Chat: chat,
  Fail: unary(({ code, message }) => {
    throw shortage(code, message, 3);
  }),
  Canceled: unary(() => ({ value: counts.canceled })),
};

module.exports = { service, counts };
