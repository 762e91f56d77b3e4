// Package json is the JSON encodings, "json" and "json-strings", and the scanner they stand on, which the codecs that carry
// JSON envelopes use too.
//
// It knows RFC 8259, strictly: UTF-8 only, no trailing bytes, no number that the grammar does not give. It refuses to know what
// a value is for: it reads and writes tokens, and types are the business of token.Copy.
package json
