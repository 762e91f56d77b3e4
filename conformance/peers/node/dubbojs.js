'use strict';
// dubbo2.js, or what became of it as a project of Apache, as a consumer over a direct connection, on which it shows no attachments.
// Argument: the name of the package.

const { DirectlyDubbo, java } = require(process.argv[2]);
const { runDubbo } = require('./dubbocases');

const services = new Map();

function service(op, name, method) {
  const version = op.version === undefined ? '1.0.0' : op.version;
  const group = op.group === undefined ? 'sample' : op.group;
  const key = [op.addr, name, method, version, group].join('|');
  if (!services.has(key)) {
    services.set(key, connection(op).proxyService({ dubboInterface: name, version, group, methods: { [method]: (...args) => args } }));
  }
  return services.get(key);
}

const connections = new Map();

function connection(op) {
  if (!connections.has(op.addr)) {
    connections.set(op.addr, DirectlyDubbo.from({ dubboAddress: op.addr, dubboVersion: '2.0.2', dubboInvokeTimeout: 10 }));
  }
  return connections.get(op.addr);
}

async function invoke(op, name, method, args) {
  const { res, err } = await service(op, name, method)[method](...args);
  if (err) throw err;
  return res;
}

runDubbo({ java, invoke });
