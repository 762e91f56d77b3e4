'use strict';
// sofa-rpc-node as consumer and provider over Bolt, with the draft of Hessian 2.0.

const protocol = require('sofa-bolt-node');
const { RpcClient } = require('sofa-rpc-node').client;
const { TEXT, SERVICE, equal, that, run } = require('./peer');
const { ORDER, classMap, fixture, numbered } = require('./sofamodel');
const server = require('./sofaservice');

const client = new RpcClient({ logger: console, connectionOpts: { protocol, noDelay: true, connectTimeout: 3000, classMap } });
const typed = ($class, $) => ({ $class, $ });
const text = (s) => typed('java.lang.String', s);
const int = (n) => typed('int', n);
const long = (n) => typed('long', n);

function consumer(op, interfaceName = SERVICE) {
  // The library has no word for SOFARPC's unique id; in a service's name it stands behind the version.
  const version = [op.version === undefined ? '1.0.0' : op.version, op.group === undefined ? 'sample' : op.group].filter(Boolean).join(':');
  return client.createConsumer({ interfaceName, version, serverHost: op.addr, targetAppName: 'sample', responseTimeout: 10000 });
}

async function call(op, method, args, options) {
  const c = consumer(op);
  await c.ready();
  return c.invoke(method, args, options);
}

async function failure(op, method, args, options, service) {
  const c = consumer(op, service);
  await c.ready();
  let got;
  try {
    got = await c.invoke(method, args, options);
  } catch (e) {
    return e;
  }
  throw new Error(`${method}: expected an error, got ${JSON.stringify(got)}`);
}

function answered(method, e) {
  that(`${method}: expected an answer, got a timeout`, e.name !== 'RpcResponseTimeoutError');
  return String(e.message);
}

// same compares by value: what comes has no prototypes, and its numbers may be of several kinds.
function same(what, want, got) {
  equal(what, plain(want), plain(got));
}

const plain = (v) => JSON.parse(JSON.stringify(v, (k, x) => (typeof x === 'number' ? String(x) : x)));

const cases = {
  async echo(op) {
    for (const s of ['hello', '', TEXT, 'x'.repeat(op.size || 5000)]) equal('echo', s, await call(op, 'echo', [text(s)]));
  },
  async nulls(op) {
    equal('echo of null', null, await call(op, 'echo', [text(null)]));
  },
  async sums(op) {
    equal('addInt', 42, await call(op, 'addInt', [int(40), int(2)]));
    // Longs beyond 2^53 are decimal strings here.
    equal('addLong', '9007199254740993', String(await call(op, 'addLong', [long('9007199254740992'), long(1)])));
    equal('addLong', 5, Number(await call(op, 'addLong', [long(2), long(3)])));
  },
  async pojo(op) {
    same('order', fixture(), await call(op, 'order', [typed(ORDER, fixture())]));
  },
  async overloads(op) {
    equal('pick(int)', 'int:1', await call(op, 'pick', [int(1)]));
    if (op.far !== 'json') equal('pick(long)', 'long:1', await call(op, 'pick', [long(1)]));
    equal('pick(String)', 'string:x', await call(op, 'pick', [text('x')]));
    equal('pick(String, int)', 'string+int:x,1', await call(op, 'pick', [text('x'), int(1)]));
  },
  async exception(op) {
    const own = answered('reserve', await failure(op, 'reserve', [text('A-1'), int(5)]));
    that(`the error is something else: ${own}`, own.includes('out of stock: A-1'));
  },
  async slow(op) {
    equal('slow', 'slept 300', await call(op, 'slow', [long(300)]));
    const start = Date.now();
    const e = await failure(op, 'slow', [long(2000)], { responseTimeout: 500 });
    const took = Date.now() - start;
    that(`slow: the timeout of 500 ms took ${took} ms`, took >= 450 && took < 1500);
    that(`slow: expected a timeout, got ${e}`, e.name === 'RpcResponseTimeoutError' || /time ?out|deadline/i.test(e.message));
  },
  async baggage(op) {
    const sent = { 'x-trace': 't-1', 'x-other': 'other value; with=signs' };
    const requestProps = { service: SERVICE, rpc_req_baggage: sent };
    equal('context', sent, { ...(await call(op, 'context', [], { requestProps })) });
  },
  async 'missing-method'(op) {
    const e = answered('nosuch', await failure(op, 'nosuch', [text('x')]));
    that(`the error does not name nosuch: ${e}`, e.includes('nosuch'));
  },
  async 'missing-service'(op) {
    answered('missing service', await failure(op, 'echo', [text('x')], {}, 'io.dragoman.sample.Nowhere'));
  },
  async collections(op) {
    const orders = await call(op, 'orders', [int(3)]);
    equal('orders, length', 3, orders.length);
    orders.forEach((o, i) => same(`orders[${i}]`, numbered(i), o));
    same('ordersByName', { 'order-0': numbered(0), 'order-1': numbered(1) }, await call(op, 'ordersByName', [int(2)]));
  },
  async concurrent(op) {
    const calls = Array.from({ length: 200 }, (_, i) => call(op, 'echo', [text(`c${i}`)]));
    (await Promise.all(calls)).forEach((v, i) => equal(`answer ${i}`, `c${i}`, v));
  },
};

run(cases, server);
