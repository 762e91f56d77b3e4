package redis

import (
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
)

// form is how a request or reply object is written: in both it is the same object, as a JSON object or a MessagePack map. Which it
// is, the first byte tells. A reply is written as its request was.
type form uint8

const (
	textual form = iota // JSON
	packed              // MessagePack
)

// formHint is set in the Hint of a request that is packed.
const formHint = 1 << 32

func (f form) hint() uint64 { return uint64(f) * formHint }

func formOfHint(hint uint64) form { return form(hint / formHint & 1) }

// encoding is what the bodies in an object of that form are written in.
func (f form) encoding() string {
	if f == packed {
		return packedName
	}
	return jsonName
}

// formAt tells the form of an object; false: it is none at all.
func formAt(p []byte) (form, bool) {
	if len(p) > 0 && msgpack.IsMap(p[0]) {
		return packed, true
	}
	s := json.Scan(p)
	return textual, s.Kind() == '{'
}

// scanner walks over an object of either form. Its methods are those of json.Scanner.
type scanner struct {
	form form
	json json.Scanner
	pack msgpack.Scanner
}

func scan(f form, p []byte) (s scanner) {
	if s.form = f; f == packed {
		s.pack = msgpack.Scan(p)
	} else {
		s.json = json.Scan(p)
	}
	return s
}

func (s *scanner) Kind() byte {
	if s.form == packed {
		return s.pack.Kind()
	}
	return s.json.Kind()
}

func (s *scanner) Object() {
	if s.form == packed {
		s.pack.Object()
		return
	}
	s.json.Object()
}

func (s *scanner) Member(key *[]byte) bool {
	if s.form == packed {
		return s.pack.Member(key)
	}
	return s.json.Member(key)
}

func (s *scanner) List() {
	if s.form == packed {
		s.pack.List()
		return
	}
	s.json.List()
}

func (s *scanner) Element() bool {
	if s.form == packed {
		return s.pack.Element()
	}
	return s.json.Element()
}

func (s *scanner) Value() []byte {
	if s.form == packed {
		return s.pack.Value()
	}
	return s.json.Value()
}

func (s *scanner) Array() (span []byte, n int) {
	if s.form == packed {
		return s.pack.Array()
	}
	return s.json.Array()
}

func (s *scanner) End() error {
	if s.form == packed {
		return s.pack.End()
	}
	return s.json.End()
}

// text reads a string; nil is any other value.
func (s *scanner) text() []byte {
	if s.form == packed {
		return s.pack.Text()
	}
	isText := s.json.Kind() == '"'
	span := s.json.Value()
	if !isText || span == nil {
		return nil
	}
	return json.Unquote(nil, span)
}

// textValue is Value for a text or null; bytes become the text that they are.
func (s *scanner) textValue() []byte {
	if s.form == packed {
		return msgpack.AsText(s.pack.Value())
	}
	return s.json.Value()
}

// integer reads a number that fits 32 bits; false is any other value.
func (s *scanner) integer() (int32, bool) {
	if s.form == packed {
		v, ok := s.pack.Int()
		return int32(v), ok && v == int64(int32(v))
	}
	v, err := strconv.ParseInt(string(s.json.Value()), 10, 32)
	return int32(v), err == nil
}

// open appends the beginning of an object of n members.
func (f form) open(b []byte, n int) []byte {
	if f == packed {
		return msgpack.AppendMap(b, n)
	}
	return append(b, '{')
}

// member appends the name of a member, and what stands before it.
func (f form) member(b []byte, name string) []byte {
	if f == packed {
		return f.text(b, name)
	}
	if b[len(b)-1] != '{' {
		b = append(b, ',')
	}
	return append(json.AppendString(b, name), ':')
}

// text appends a string; what is not UTF-8 becomes U+FFFD.
func (f form) text(b []byte, s string) []byte {
	if f == packed {
		return msgpack.AppendString(b, strings.ToValidUTF8(s, "\ufffd"))
	}
	return json.AppendString(b, s)
}

func (f form) integer(b []byte, v int32) []byte {
	if f == packed {
		return msgpack.AppendInt(b, int64(v))
	}
	return strconv.AppendInt(b, int64(v), 10)
}

// null is a value that is nothing, none the empty list.
func (f form) null() string {
	if f == packed {
		return "\xc0"
	}
	return "null"
}

func (f form) none() string {
	if f == packed {
		return "\x90"
	}
	return "[]"
}

// close appends the end of an object.
func (f form) close(b []byte) []byte {
	if f == packed {
		return b
	}
	return append(b, '}')
}
