'use strict';
// ioredis as a caller.

const { isDeepStrictEqual } = require('node:util');
const { encode, decode } = require('@msgpack/msgpack');
const Redis = require('ioredis');
const { SERVICE, TEXT, that } = require('./peer');
const { key, answer, succeeded, equal, runRedis } = require('./rediscases');

function connect(op, more) {
  const [host, port] = op.addr.split(':');
  // Without the retries that it makes by default: they would hide a failure.
  const client = new Redis({ host, port: Number(port), maxRetriesPerRequest: 0, ...more });
  client.on('error', (e) => console.error('ioredis:', e.message));
  return client;
}

async function pipeline(client, keys) {
  const p = client.pipeline();
  keys.forEach((k) => p.get(k));
  return (await p.exec()).map(([error, value]) => {
    if (error) throw error;
    return value;
  });
}

const mget = (client, keys) => client.mget(keys);
const close = (client) => client.disconnect();

// Integers of eight bytes are BigInts.
const exactly = { useBigInt64: true };

runRedis({ connect, mget, pipeline, close }, {
  // Keys in MessagePack: values come back as they went, with their types where the far side has the like.
  async msgpack(op) {
    const c = connect(op);
    const same = async (want, method, ...args) => {
      const value = await c.getBuffer(Buffer.from(encode({ action: SERVICE, params: { m: method, args } }, exactly)));
      const a = decode(Uint8Array.from(value), exactly); // of a Buffer it would make Buffers
      that(`${method}: expected ec 200, got ${a.ec}: ${a.em}`, a.ec === 200 && a.em === '');
      that(`${method}: expected ${want}, got ${a.result}`, isDeepStrictEqual(want, a.result));
    };
    try {
      for (const s of ['hello', '', TEXT]) await same(s, 'echo', s);
      await same(9007199254740993n, 'addLong', 9007199254740992n, 1);
      await same(-(2n ** 63n), 'addLong', -(2n ** 63n) + 1n, -1);
      for (const v of ['text', 7, true, 0.5, ['a', 1, null], { k: 'v', n: 1 }]) await same(v, 'any', v);
      if (op.far) return;
      for (const v of [Uint8Array.of(0, 255), new Date(1795231080123), 2n ** 64n - 1n, NaN]) await same(v, 'any', v);
    } finally {
      c.disconnect();
    }
  },
  async 'auto-pipelining'(op) {
    const c = connect(op, { enableAutoPipelining: true });
    try {
      const values = await Promise.all(Array.from({ length: 200 }, (_, i) => c.get(key(op, 'echo', `a${i}`))));
      values.forEach((v, i) => equal(`answer ${i}`, `a${i}`, succeeded(answer(v))));
    } finally {
      c.disconnect();
    }
  },
});
