package dubbo

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// textReader reads strings from the front of a body: the five before the arguments, an event, an error. Hessian is read in full.
// Of fastjson2, which Dubbo 3 ships beside it, as much as the strings that real names come in; of others nothing.
//
// A value of fastjson2 is an int32 length and that many bytes of JSONB:
//
//	af                 null
//	49+n               n bytes of ASCII, up to 47
//	79 length bytes    ASCII
//	7a length bytes    UTF-8
//
// where length is itself a JSONB int (jsonbInt). Other encodings of text (Latin-1, UTF-16) are not read.
type textReader struct {
	serial byte
	json   wire.Cursor
	hessian.Scanner
}

func (r *textReader) reset(serial byte, p []byte) {
	r.serial, r.json = serial, wire.Cursor{P: p}
	if serial == hessian2 {
		r.Reset(p)
	}
}

// errOpaque says that a serialization, or this string in it, cannot be read here. It is no fault of the peer.
var errOpaque = codecs.Errorf(codecs.Unimplemented, "dubbo: read: not in a serialization that is read here")

// next gives a string or null. The text is valid until the next call.
func (r *textReader) next() (text []byte, null bool, err error) {
	switch r.serial {
	case hessian2:
		return r.Text()
	case fastjson2:
		return r.jsonb()
	}
	return nil, false, errOpaque
}

func (r *textReader) jsonb() (text []byte, null bool, err error) {
	v := wire.Cursor{P: r.json.Next(int(int32(r.json.U32())))}
	op := v.U8()
	n := len(v.P)
	switch {
	case r.json.Bad || v.Bad:
		return nil, false, errOpaque
	case op == 0xaf && n == 0:
		return nil, true, nil
	case op >= 0x49 && op <= 0x78:
		n = int(op - 0x49)
	case op == 0x79 || op == 0x7a:
		n = jsonbInt(&v)
	default:
		return nil, false, errOpaque
	}
	text = v.Next(n)
	if v.Bad || len(v.P) > 0 || !utf8.Valid(text) {
		return nil, false, errOpaque
	}
	return text, false, nil
}

// jsonbInt reads an int of JSONB, or a negative number that is none.
func jsonbInt(c *wire.Cursor) int {
	switch b := int(c.U8()); {
	case b <= 0x2f:
		return b
	case b <= 0x3f:
		return (b-0x38)<<8 | int(c.U8())
	case b <= 0x47:
		return (b-0x44)<<16 | int(c.U16())
	case b == 0x48:
		return int(int32(c.U32()))
	}
	return -1
}

// appendText appends a string in the serialization of the request it answers; in one that is not known here, as Hessian: the
// peer then fails to read the text, and with it the call, which it was to fail anyway.
func appendText(dst []byte, serial byte, text string) []byte {
	if serial != fastjson2 {
		return hessian.AppendString(dst, text)
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(text)+6))
	dst = binary.BigEndian.AppendUint32(append(dst, 0x7a, 0x48), uint32(len(text)))
	return append(dst, text...)
}
