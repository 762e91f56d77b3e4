'use strict';
// ioredis as a caller.

const Redis = require('ioredis');
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

runRedis({ connect, mget, pipeline, close }, {
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
