'use strict';
// grpc-js as a client and a server.

const fs = require('fs');
const { grpc, Sample } = require('./messages');
const { service, counts } = require('./grpcservice');
const { cases } = require('./grpccases');
const { run } = require('./peer');

function serve(op) {
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 64 << 20 });
  server.addService(Sample.service, service);
  const credentials = op.cert
    ? grpc.ServerCredentials.createSsl(null, [{ cert_chain: fs.readFileSync(op.cert), private_key: fs.readFileSync(op.key) }])
    : grpc.ServerCredentials.createInsecure();
  return new Promise((done, fail) => {
    server.bindAsync('127.0.0.1:0', credentials, (e, port) => (e ? fail(e) : done(port)));
  });
}

run(cases, { serve, state: () => counts });
