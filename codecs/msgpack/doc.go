// Package msgpack is the MessagePack encoding, "msgpack", and the scanner and appenders that codecs with MessagePack envelopes
// use too.
//
// It knows the specification of github.com/msgpack/msgpack (spec.md), the timestamp extension included, and reads both its
// generations: text may be str or, as a key of a map, bin. It refuses to know any other extension type, and what a value is for:
// it reads and writes tokens, and types are the business of token.Copy.
//
// Text is UTF-8. A single surrogate of a Java string stands as three bytes, as in token.Token, so that it survives; MessagePack
// has no other word for it.
package msgpack
