'use strict';
// node-redis as a caller. Argument: the protocol, 2 or 3. What is asked for in one turn of the event loop it sends at once, so that
// the case "concurrent" is one of pipelining, too.

const { createClient } = require('redis');
const { runRedis } = require('./rediscases');

const RESP = Number(process.argv[2]);

async function connect(op) {
  const [host, port] = op.addr.split(':');
  // Without the reconnects that it makes by default: they would hide a failure.
  const client = createClient({ RESP, socket: { host, port: Number(port), reconnectStrategy: false } });
  client.on('error', (e) => console.error('redis:', e.message));
  await client.connect();
  return client;
}

function pipeline(client, keys) {
  const commands = client.multi();
  keys.forEach((k) => commands.get(k));
  // Without MULTI and EXEC.
  return commands.execAsPipeline();
}

const mget = (client, keys) => client.mGet(keys);
const close = (client) => client.destroy();

runRedis({ connect, mget, pipeline, close });
