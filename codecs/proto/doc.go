// Package proto is the encoding "proto", protobuf messages, and the Schema that makes contracts of .proto files and descriptors.
//
// It knows the wire format (protobuf.dev/programming-guides/encoding), the JSON form's conventions for what a value is
// (protobuf.dev/programming-guides/json), the well-known types, the paths of google.api.http, and how a message meets a type of
// Java's (docs/contracts.md). It refuses to know gRPC, its frames and statuses. protobuf-go and protocompile make tables when a
// configuration is loaded; nothing of theirs is on the path of a call.
//
// A field of a message, of which a message is any number in any order (Protocol Buffers, "Message Structure"):
//
//	tag     varint: field number << 3 | wire type
//	value   by wire type
//	          0  varint, up to 10 bytes, 7 bits each, the lowest first: bool, enum, int and uint; sint as zigzag
//	          1  8 bytes, the lowest first: fixed64, sfixed64, double
//	          2  varint length and as many bytes: string, bytes, message, map entry, packed elements
//	          5  4 bytes, the lowest first: fixed32, sfixed32, float
//	          3, 4  a group: refused
package proto
