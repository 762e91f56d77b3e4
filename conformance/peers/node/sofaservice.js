'use strict';
// The sample service on sofa-rpc-node. Arguments come without their classes, so that overloads are told apart by what they hold.

const net = require('net');
const { RpcServer } = require('sofa-rpc-node').server;
const { SERVICE, sleep } = require('./peer');
const { ORDER, OUT_OF_STOCK, classMap, different, fixture, numbered } = require('./sofamodel');

let calls = 0;
let notices = 0;

const typed = ($class, $) => ({ $class, $ });
const text = (s) => typed('java.lang.String', s);
const long = (n) => typed('java.lang.Long', n);
const range = (n) => Array.from({ length: n }, (_, i) => i);

const methods = {
  async echo(s) { return s === null ? null : text(s); },
  async addInt(a, b) { return typed('java.lang.Integer', (a + b) | 0); },
  async addLong(a, b) { return long(String(BigInt.asIntN(64, BigInt(a) + BigInt(b)))); },
  async order(o) {
    if (o !== null && o.name === 'fixture') {
      const field = different(fixture(), o);
      if (field) throw new Error(`field ${field}: expected ${JSON.stringify(fixture()[field])}, got ${JSON.stringify(o[field])}`);
    }
    return o === null ? null : typed(ORDER, o);
  },
  async pick(a, b) {
    if (b !== undefined) return text(`string+int:${a},${b}`);
    if (typeof a === 'number') return text(Math.abs(a) > 2147483647 ? `long:${a}` : `int:${a}`);
    return text(`string:${a}`);
  },
  async join(sep, parts) { return text((parts || []).join(sep)); },
  // As a Java provider does it: what a method throws is the result, and being a Throwable it is known for what it is.
  async reserve(sku) { return typed(OUT_OF_STOCK, { detailMessage: `out of stock: ${sku}`, sku, left: 3, stackTrace: [] }); },
  async slow(millis) {
    await sleep(Number(millis));
    return text(`slept ${millis}`);
  },
  async notice() { notices++; },
  async noticed() { return long(notices); },
  async orders(n) { return { ...typed('java.util.ArrayList', range(n).map(numbered)), generic: [{ type: ORDER }] }; },
  async ordersByName(n) {
    const all = Object.fromEntries(range(n).map((i) => [`order-${i}`, numbered(i)]));
    return { ...typed('java.util.HashMap', all), generic: [{ type: 'java.lang.String' }, { type: ORDER }] };
  },
  async any(o) { return o; },
  async context() {
    const seen = Object.entries((this.req.data.requestProps || {}).rpc_req_baggage || {}).filter(([k]) => k.startsWith('x-'));
    return { ...typed('java.util.HashMap', Object.fromEntries(seen)), generic: [{ type: 'java.lang.String' }, { type: 'java.lang.String' }] };
  },
};

for (const [name, method] of Object.entries(methods)) {
  methods[name] = async function counted(...args) {
    calls++;
    return method.apply(this, args);
  };
}

// Local listens on loopback alone, where the library's server takes every address; its methods see their request.
class Local extends RpcServer {
  _startServer(port) {
    const server = net.createServer();
    server.once('error', (e) => this.emit('error', e));
    server.on('connection', (socket) => this._handleSocket(socket));
    server.listen(port, '127.0.0.1', () => { this.publishPort = server.address().port; });
    return server;
  }

  createContext(req, res) { return { req, res, logger: console }; }
}

module.exports = {
  async serve(op) {
    // With its cache the library reads objects of one class wrongly when their fields come in two orders over one connection.
    const server = new Local({ appName: 'dragoman-peer', port: 0, logger: console, classMap, disableDecodeCache: true });
    const version = op.version === undefined ? '1.0.0' : op.version;
    const uniqueId = op.group === undefined ? 'sample' : op.group;
    server.addService({ interfaceName: SERVICE, version, uniqueId, apiMeta: { methods: [], classMaps: classMap } }, methods);
    await server.start();
    return server.publishPort;
  },
  state: () => ({ calls, notices }),
};
