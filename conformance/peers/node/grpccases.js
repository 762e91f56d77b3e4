'use strict';
// What a grpc-js client does with the service.

const fs = require('fs');
const { once } = require('events');
const { grpc, Sample, type, loaded, order, numbered, unpacked } = require('./messages');
const { TEXT, equal, that, sleep } = require('./peer');

const clients = new Map();

function client(op) {
  const key = `${op.addr}|${op.ca}`;
  if (!clients.has(key)) {
    const credentials = op.ca ? grpc.credentials.createSsl(fs.readFileSync(op.ca)) : grpc.credentials.createInsecure();
    const options = { 'grpc.max_receive_message_length': 64 << 20, 'grpc.enable_http_proxy': 0 };
    clients.set(key, new Sample(op.addr, credentials, options));
  }
  return clients.get(key);
}

const within = (op, millis = 10000) => ({ deadline: Date.now() + (op.timeout || millis) });

// start begins a unary call; done gives its reply, or its error in place of one.
function start(op, method, request, { metadata = new grpc.Metadata(), options = within(op) } = {}) {
  let call;
  const done = new Promise((resolve) => {
    call = client(op)[method](request, metadata, options, (error, reply) => resolve({ error, reply }));
  });
  return { call, done };
}

async function call(op, method, request = {}) {
  const { error, reply } = await start(op, method, request).done;
  if (error) throw error;
  return reply;
}

const value = async (op, method, request) => (await call(op, method, request)).value;
const ping = async (op, s) => equal('echo', s, await value(op, 'Echo', { s }));

async function fails(what, code, waiting) {
  const { error, reply } = await waiting;
  that(`${what}: expected a failure, got ${JSON.stringify(reply)}`, error);
  that(`${what}: expected ${code} ${grpc.status[code]}, got ${error.message}`, error.code === code);
  return error;
}

function detail(error, name) {
  const status = unpacked(error);
  equal('code in the details', error.code, status.code);
  equal('message in the details', error.details, status.message);
  equal('types of the details', [name], status.details.map((d) => d.name));
  return status.details[0].detail;
}

// reaches asks until a counter of the service is there: what it counts may be under way.
async function reaches(what, want, get) {
  const end = Date.now() + 5000;
  let got = await get();
  while (got < want && Date.now() < end) {
    await sleep(50);
    got = await get();
  }
  equal(what, want, got);
}

const counter = (op, method) => async () => Number(await value(op, method));

// all gathers a stream of replies.
async function all(stream) {
  const got = [];
  for await (const m of stream) got.push(m);
  return got;
}

async function lost(op, path) {
  const { serialize, deserialize } = type('io.dragoman.sample.EchoRequest');
  const waiting = new Promise((resolve) => {
    client(op).makeUnaryRequest(path, serialize, deserialize, {}, new grpc.Metadata(), within(op), (error, reply) => resolve({ error, reply }));
  });
  await fails(path, grpc.status.UNIMPLEMENTED, waiting);
}

const cases = {
  async echo(op) {
    for (const s of ['hello', '', TEXT, 'x'.repeat(op.size || 5000)]) await ping(op, s);
  },
  async nulls(op) {
    equal('echo of null', {}, { ...(await call(op, 'Echo')) });
  },
  async sums(op) {
    equal('AddInt', 42, await value(op, 'AddInt', { a: 40, b: 2 }));
    equal('AddInt', -2147483648, await value(op, 'AddInt', { a: 2147483647, b: 1 }));
    equal('AddLong', '9007199254740993', await value(op, 'AddLong', { a: '9007199254740992', b: 1 }));
    equal('AddLong', '-9223372036854775808', await value(op, 'AddLong', { a: '-9223372036854775807', b: -1 }));
  },
  async pojo(op) {
    equal('order', order(), await call(op, 'Order', order()));
  },
  async overloads(op) {
    equal('Pick', 'string+int:x,1', await value(op, 'Pick', { a: 'x', b: 1 }));
  },
  async varargs(op) {
    equal('Join', 'a-b-c', await value(op, 'Join', { sep: '-', parts: ['a', 'b', 'c'] }));
    equal('Join of none', '', await value(op, 'Join', { sep: '-' }));
  },
  async exception(op) {
    const error = await fails('Reserve', grpc.status.UNKNOWN, start(op, 'Reserve', { sku: 'A-1', wanted: 5 }).done);
    equal('message', 'out of stock: A-1', error.details);
    const f = detail(error, 'dragoman.v1.Fault');
    equal('class', 'io.dragoman.sample.OutOfStock', f.class);
    equal('message of the fault', 'out of stock: A-1', f.message);
    equal('sku', 'A-1', f.fields.sku.string);
    equal('left', 3, f.fields.left.int);
    if (op.cause === false) return;
    equal('class of the cause', 'java.lang.IllegalStateException', f.cause.class);
    equal('message of the cause', 'warehouse empty', f.cause.message);
  },
  async status(op) {
    for (let code = 1; code <= 16; code++) {
      // Messages are percent-encoded on the wire.
      const message = `100 % of ${TEXT}`;
      const error = await fails('Fail', code, start(op, 'Fail', { code, message }).done);
      equal('message', message, error.details);
      equal('detail', { sku: 'A-1', left: 3 }, detail(error, 'io.dragoman.sample.Shortage'));
    }
  },
  async slow(op) {
    equal('Slow', 'slept 300', await value(op, 'Slow', { millis: 300 }));
  },
  async deadline(op) {
    const begin = Date.now();
    const millis = op.timeout || 500;
    const waiting = start(op, 'Slow', { millis: op.millis || millis + 1500 }, { options: within(op, millis) });
    await fails('Slow', grpc.status.DEADLINE_EXCEEDED, waiting.done);
    const took = Date.now() - begin;
    that(`it took ${took} ms`, took >= millis - 50 && took < millis + 2000);
    await ping({ ...op, timeout: 0 }, 'after');
  },
  async oneway(op) {
    const noticed = counter(op, 'Noticed');
    const before = await noticed();
    for (let i = 0; i < 3; i++) await call(op, 'Notice', { s: `n${i}` });
    await reaches('noticed', before + 3, noticed);
  },
  async context(op) {
    const { reply, got } = await contextOf(op, { 'x-trace': ['t-1'], 'x-other': ['other value'] });
    equal('context', { 'x-trace': 't-1', 'x-other': 'other value' }, reply.value);
    if (op.reply !== false) equal('x-reply', ['seen:t-1'], got.head.get('x-reply').concat(got.trailers.get('x-reply')));
  },
  async metadata(op) {
    const raw = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const long = 'y'.repeat(6000);
    const { reply, got } = await contextOf(op, { 'x-trace': ['t-2'], 'x-trace-bin': [raw], 'x-many': ['a', 'b'], 'x-long': [long] });
    reply.value['x-many'] = reply.value['x-many'].replace('a, b', 'a,b');
    equal('context', { 'x-trace': 't-2', 'x-trace-bin': raw.toString('base64'), 'x-many': 'a,b', 'x-long': long }, { ...reply.value });
    equal('x-head', ['head:t-2'], got.head.get('x-head'));
    equal('x-reply', ['seen:t-2'], got.trailers.get('x-reply'));
    equal('x-reply-bin', [Buffer.from(raw).reverse()], got.trailers.get('x-reply-bin'));
  },
  async collections(op) {
    equal('Orders', [0, 1, 2].map(numbered), await value(op, 'Orders', { n: 3 }));
    equal('OrdersByName', { 'order-0': numbered(0), 'order-1': numbered(1) }, await value(op, 'OrdersByName', { n: 2 }));
  },
  async any(op) {
    const struct = { fields: { k: { stringValue: 'v' }, n: { numberValue: 1.5 }, list: { listValue: { values: [{ boolValue: true }] } } } };
    for (const o of [{ stringValue: 'text' }, { numberValue: 7 }, { boolValue: true }, { structValue: struct }]) {
      equal('Any', loaded('google.protobuf.Value', o), await value(op, 'Any', { o }));
    }
  },
  async 'missing-method'(op) {
    await lost(op, '/io.dragoman.sample.Sample/Nosuch');
  },
  async 'missing-service'(op) {
    await lost(op, '/io.dragoman.sample.Nowhere/Echo');
  },
  async 'server-stream'(op) {
    const got = await all(client(op).Watch({ n: 20 }, within(op)));
    equal('orders', Array.from({ length: 20 }, (_, i) => numbered(i)), got);
    equal('no order', [], await all(client(op).Watch({ n: 0 }, within(op))));
    // More than the windows of connection and stream hold.
    const large = await all(client(op).Watch({ n: 30, size: 100000 }, within(op)));
    equal('lengths of the notes', Array(30).fill(100000), large.map((o) => o.note.length));
  },
  async 'client-stream'(op) {
    for (const n of [200, 0]) {
      const reply = await new Promise((done, fail) => {
        const stream = client(op).Total(new grpc.Metadata(), within(op), (e, r) => (e ? fail(e) : done(r)));
        for (let i = 0; i < n; i++) stream.write({ sku: `A-${i}`, quantity: i, tags: ['x'.repeat(1000)] });
        stream.end();
      });
      equal('Total', { items: n, quantity: String((n * (n - 1)) / 2) }, { ...reply });
    }
  },
  // Each message is answered before the next is sent.
  async bidi(op) {
    const stream = client(op).Chat(new grpc.Metadata(), within(op));
    const answers = stream[Symbol.asyncIterator]();
    for (let i = 0; i < 20; i++) {
      stream.write({ s: `m${i}` });
      equal(`answer ${i}`, `m${i}`, (await answers.next()).value.value);
    }
    stream.end();
    that('there is an answer too many', (await answers.next()).done);
  },
  async 'stream-error'(op) {
    const got = [];
    const stream = client(op).Watch({ n: 10, failAfter: 3 }, within(op));
    stream.on('data', (o) => got.push(o));
    const [reason] = await once(stream, 'error').catch((e) => [e]);
    const error = await fails('Watch', grpc.status.ABORTED, { error: reason });
    equal('orders', [0, 1, 2].map(numbered), got);
    equal('message', 'stopped after 3', error.details);
    equal('detail', { sku: 'A-1', left: 3 }, detail(error, 'io.dragoman.sample.Shortage'));
  },
  async cancel(op) {
    const canceled = counter(op, 'Canceled');
    const before = await canceled();
    const stream = client(op).Watch({ n: 1000, millis: 20 }, within(op));
    let got = 0;
    stream.on('data', () => ++got === 3 && stream.cancel());
    const [reason] = await once(stream, 'error').catch((e) => [e]);
    await fails('Watch', grpc.status.CANCELLED, { error: reason });
    await reaches('canceled', before + 1, canceled);
  },
  async 'cancel-unary'(op) {
    const canceled = counter(op, 'Canceled');
    const before = await canceled();
    const waiting = start(op, 'Slow', { millis: 4000 });
    // So that the service has begun.
    await ping(op, 'before');
    await sleep(100);
    waiting.call.cancel();
    await fails('Slow', grpc.status.CANCELLED, waiting.done);
    await reaches('canceled', before + 1, canceled);
  },
  // Beyond every window, below the 4 MiB that a receiver takes unless told otherwise.
  async large(op) {
    await ping(op, 'x'.repeat(op.size || 3000000));
  },
  async compression(op) {
    const options = { 'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip, 'grpc.enable_http_proxy': 0 };
    const zipping = new Sample(op.addr, op.ca ? grpc.credentials.createSsl(fs.readFileSync(op.ca)) : grpc.credentials.createInsecure(), options);
    const metadata = new grpc.Metadata();
    metadata.set('x-compress', 'gzip');
    try {
      const s = 'gzip '.repeat(2000);
      const got = await new Promise((done, fail) => {
        zipping.Echo({ s }, metadata, within(op), (e, r) => (e ? fail(e) : done(r.value)));
      });
      equal('echo', s, got);
    } finally {
      zipping.close();
    }
  },
  async concurrent(op) {
    const calls = Array.from({ length: 200 }, (_, i) => value(op, 'Echo', { s: `c${i}` }));
    equal('answers', Array.from({ length: 200 }, (_, i) => `c${i}`), await Promise.all(calls));
  },
};

// contextOf calls Context with metadata and gives what came back in the head and in the trailers.
async function contextOf(op, sent) {
  const metadata = new grpc.Metadata();
  Object.entries(sent).forEach(([k, values]) => values.forEach((v) => metadata.add(k, v)));
  const { call: running, done } = start(op, 'Context', {}, { metadata });
  const got = { head: new grpc.Metadata(), trailers: new grpc.Metadata() };
  running.on('metadata', (m) => (got.head = m));
  const ended = once(running, 'status');
  const { error, reply } = await done;
  if (error) throw error;
  got.trailers = (await ended)[0].metadata;
  return { reply, got };
}

module.exports = { cases };
