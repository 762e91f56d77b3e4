'use strict';
// What a Redis client of Node.js does with the service: every call is a GET whose key is the request. The client's file says
// how it connects, pipelines and closes:
//   connect(op)       a client, or a promise of one, with get(key)
//   mget(c, keys)     the values of the keys
//   pipeline(c, keys) the same by a GET for each, sent as one pipeline
//   close(c)

const { TEXT, SERVICE, ORDER_TEXT, exact, equal, that, sleep, run } = require('./peer');

// Arguments are JSON texts: JSON.stringify would round the numbers of the order.
function keyOf(op, method, args, props) {
  const service = JSON.stringify(op.service || SERVICE);
  const tail = props ? `,"props":${JSON.stringify(props)}` : '';
  return `{"action":${service},"params":{"m":"${method}","args":[${args.join(',')}]}${tail}}`;
}

const key = (op, method, ...args) => keyOf(op, method, args.map((a) => JSON.stringify(a)));

function answer(value) {
  that(`the value is ${typeof value}`, typeof value === 'string');
  const a = exact(value);
  that(`no ec, em and result in ${value.slice(0, 300)}`, a.ec && 'em' in a && 'result' in a);
  a.ec = Number(a.ec.number);
  return a;
}

function succeeded(a) {
  that(`expected success, got ec ${a.ec}: ${a.em}`, a.ec === 0 || a.ec === 200);
  return a.result;
}

const number = (n) => ({ number: String(n) });

function numbered(i) {
  return { ...exact(ORDER_TEXT), id: number(i), name: `order-${i}`, uuid: null };
}

function redisCases(library) {
  const clients = new Map();
  const client = (op) => {
    if (!clients.has(op.addr)) clients.set(op.addr, library.connect(op));
    return clients.get(op.addr);
  };
  const get = async (op, text) => (await client(op)).get(text);
  const call = async (op, method, ...args) => succeeded(answer(await get(op, key(op, method, ...args))));
  const callText = async (op, method, ...texts) => succeeded(answer(await get(op, keyOf(op, method, texts))));

  async function fault(op, method, ...args) {
    const a = answer(await get(op, key(op, method, ...args)));
    that(`${method}: expected a fault, got ${JSON.stringify(a.result)}`, a.ec !== 0 && a.ec !== 200);
    return a;
  }

  return {
    async echo(op) {
      for (const s of ['hello', '', TEXT, 'x'.repeat(op.size || 5000), null]) equal('echo', s, await call(op, 'echo', s));
    },
    async sums(op) {
      equal('addInt', number(42), await call(op, 'addInt', 40, 2));
      equal('addLong', number('9007199254740993'), await callText(op, 'addLong', '9007199254740992', '1'));
      equal('addLong', number('-9223372036854775808'), await callText(op, 'addLong', '-9223372036854775807', '-1'));
    },
    async pojo(op) {
      equal('order', exact(ORDER_TEXT), await callText(op, 'order', ORDER_TEXT));
    },
    async overloads(op) {
      equal('pick by count', 'string+int:x,1', await call(op, 'pick', 'x', 1));
      equal('pick of a string', 'string:x', await call(op, 'pick', 'x'));
      equal('pick of a long', 'long:3000000000', await call(op, 'pick', 3000000000));
    },
    async varargs(op) {
      equal('join', 'a-b-c', await call(op, 'join', '-', ['a', 'b', 'c']));
      equal('join of none', '', await call(op, 'join', '-', []));
    },
    async exception(op) {
      const a = await fault(op, 'reserve', 'A-1', 5);
      equal('em', 'out of stock: A-1', a.em);
      const f = a.result || {};
      equal('class', 'io.dragoman.sample.OutOfStock', f.class);
      equal('message', 'out of stock: A-1', f.message);
      equal('sku', 'A-1', (f.fields || {}).sku);
      equal('left', number(3), (f.fields || {}).left);
      if (op.cause === false) return;
      equal('class of the cause', 'java.lang.IllegalStateException', (f.cause || {}).class);
      equal('message of the cause', 'warehouse empty', (f.cause || {}).message);
    },
    async slow(op) {
      equal('slow', 'slept 300', await call(op, 'slow', 300));
    },
    async context(op) {
      const sent = { 'x-trace': 't-1', 'x-other': 'other value' };
      equal('context', sent, succeeded(answer(await get(op, keyOf(op, 'context', [], sent)))));
    },
    async oneway(op) {
      const before = Number((await call(op, 'noticed')).number);
      for (let i = 0; i < 3; i++) await call(op, 'notice', `n${i}`);
      let seen = 0;
      for (let i = 0; i < 50 && seen < 3; i++) {
        if (i > 0) await sleep(50);
        seen = Number((await call(op, 'noticed')).number) - before;
      }
      equal('noticed', 3, seen);
    },
    async collections(op) {
      const orders = await call(op, 'orders', 3);
      equal('orders', 3, orders.length);
      orders.forEach((o, i) => equal(`orders[${i}]`, numbered(i), o));
      equal('ordersByName', { 'order-0': numbered(0), 'order-1': numbered(1) }, await call(op, 'ordersByName', 2));
    },
    async 'missing-method'(op) {
      const a = await fault(op, 'nosuch', 'x');
      that(`the error does not name nosuch: ${a.em}`, a.em.includes('nosuch'));
    },
    async 'missing-service'(op) {
      const a = await fault({ ...op, service: 'io.dragoman.sample.Nowhere' }, 'echo', 'x');
      that(`the error does not name the service: ${a.em}`, a.em.includes('Nowhere'));
    },
    async pipeline(op) {
      const depth = op.depth || 1000;
      const keys = Array.from({ length: depth }, (_, i) => key(op, 'echo', `p${i}`));
      const answers = await library.pipeline(await client(op), keys);
      equal('number of answers', depth, answers.length);
      answers.forEach((value, i) => equal(`answer ${i}`, `p${i}`, succeeded(answer(value))));
    },
    async concurrent(op) {
      const calls = [];
      for (let i = 0; i < 200; i++) calls.push(call(op, 'echo', `c${i}`));
      (await Promise.all(calls)).forEach((v, i) => equal(`answer ${i}`, `c${i}`, v));
    },
    async pool(op) {
      const pool = await Promise.all(Array.from({ length: op.connections || 8 }, () => library.connect(op)));
      try {
        await Promise.all(pool.map(async (c, n) => {
          for (let i = 0; i < 25; i++) {
            equal('echo', `n${n}-${i}`, succeeded(answer(await c.get(key(op, 'echo', `n${n}-${i}`)))));
          }
        }));
      } finally {
        pool.forEach((c) => library.close(c));
      }
    },
    async mget(op) {
      const keys = Array.from({ length: 9 }, (_, i) => key(op, 'echo', `k${i}`)).concat(key(op, 'reserve', 'A-1', 1));
      const values = await library.mget(await client(op), keys);
      equal('number of answers', 10, values.length);
      for (let i = 0; i < 9; i++) equal(`answer ${i}`, `k${i}`, succeeded(answer(values[i])));
      equal('the failing one', 'out of stock: A-1', answer(values[9]).em);
    },
  };
}

// runRedis is the loop of a peer with these cases and those that are the library's own.
const runRedis = (library, more) => run({ ...redisCases(library), ...more });

module.exports = { key, answer, succeeded, equal, runRedis };
