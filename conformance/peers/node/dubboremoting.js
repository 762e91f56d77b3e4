'use strict';
// dubbo-remoting as a consumer: Dubbo's protocol for the client of sofa-rpc-node.

const protocol = require('dubbo-remoting');
const java = require('js-to-java');
const { RpcClient } = require('sofa-rpc-node').client;
const { runDubbo } = require('./dubbocases');

const client = new RpcClient({ logger: console, protocol, connectionOpts: { protocol, noDelay: true, connectTimeout: 3000 } });

async function invoke(op, interfaceName, method, args) {
  const version = op.version === undefined ? '1.0.0' : op.version;
  const group = op.group === undefined ? 'sample' : op.group;
  const consumer = client.createConsumer({ interfaceName, version, group, serverHost: op.addr, responseTimeout: 10000 });
  await consumer.ready();
  try {
    return await consumer.invoke(method, args);
  } catch (e) {
    // What a service throws is its bare fields here, unless its class is named like an exception.
    throw e instanceof Error ? e : new Error(e.detailMessage);
  }
}

runDubbo({ java, invoke });
