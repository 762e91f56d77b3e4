'use strict';
// The messages of sample.proto as plain objects, by proto-loader.

const fs = require('fs');
const path = require('path');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const peers = path.join(__dirname, '..');
const files = [path.join(peers, 'sample.proto'), path.join(peers, '..', '..', 'docs', 'fault.proto'), path.join(__dirname, 'status.proto')];
const definition = loader.loadSync(files, { longs: String, enums: String, defaults: true, oneofs: true });
const Sample = grpc.loadPackageDefinition(definition).io.dragoman.sample.Sample;

const type = (name) => definition[name];

// loaded is a message with all its defaults, as it would come from the wire.
const loaded = (name, fields) => type(name).deserialize(type(name).serialize(fields));

function timestamp(text) {
  const [, second, fraction = ''] = /^([^.]+?)(?:\.(\d+))?Z$/.exec(text);
  return { seconds: String(Date.parse(`${second}Z`) / 1000), nanos: Number(fraction.padEnd(9, '0')) };
}

// order reads order.proto.json: protobuf's JSON, of which proto-loader knows all but the timestamps.
function order() {
  const o = JSON.parse(fs.readFileSync(path.join(peers, 'order.proto.json'), 'utf8'));
  return loaded('io.dragoman.sample.Order', { ...o, at: timestamp(o.at), instant: timestamp(o.instant) });
}

// numbered is the i-th order of Orders, OrdersByName and Watch.
function numbered(i) {
  const { uuid, _uuid, ...o } = order();
  return { ...o, id: String(i), name: `order-${i}` };
}

// packed puts the details of a status into metadata.
function packed(code, message, name, detail) {
  const any = { type_url: `type.googleapis.com/${name}`, value: type(name).serialize(detail) };
  const metadata = new grpc.Metadata();
  metadata.set('grpc-status-details-bin', type('google.rpc.Status').serialize({ code, message, details: [any] }));
  return metadata;
}

// unpacked gives the details of an error: [{name, detail}].
function unpacked(error) {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  if (!bytes) throw new Error(`there are no details: ${error.message}`);
  const status = type('google.rpc.Status').deserialize(bytes);
  status.details = status.details.map((any) => {
    const name = any.type_url.replace(/^.*\//, '');
    if (!type(name)) throw new Error(`the detail is a ${any.type_url}`);
    return { name, detail: type(name).deserialize(any.value) };
  });
  return status;
}

module.exports = { grpc, Sample, type, loaded, order, numbered, packed, unpacked };
