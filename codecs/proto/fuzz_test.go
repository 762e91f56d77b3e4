package proto_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/proto"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// strict are refusals of what the library takes: groups among unknown fields, what only an attacker sends, and ill-formed values of a
// map under a key that comes again, which the library does not look at.
var strict = []string{"is a group", "nesting over the limit", "of messages in pieces", "lists alternate", "absent fields", "is no URL",
	".mSpan", ".mBool", ".mInt64", "no kind of value is set"}

// FuzzRead: what the library reads we read, and to the same value, and what we write of that is that again.
func FuzzRead(f *testing.F) {
	o := newOracle(f, everything)
	for _, text := range corpus {
		p, err := o.bytes([]byte(text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p)
		f.Add(append(p, p...))
	}
	f.Add([]byte("\x82\x04\x02\b\x00\x82\x04\x02\b\x10")) // a NullValue that is not 0
	f.Fuzz(func(t *testing.T, p []byte) {
		if len(p) > 1<<12 {
			return
		}
		err := o.check(p)
		for _, why := range strict {
			if err != nil && strings.Contains(err.Error(), why) && strings.Contains(err.Error(), "refused") {
				return
			}
		}
		if err != nil {
			t.Errorf("%x: %v", p, err)
		}
	})
}

// FuzzWrite: of JSON that both the library and we take we make the same message.
func FuzzWrite(f *testing.F) {
	o := newOracle(f, everything)
	for _, text := range corpus {
		f.Add(text)
	}
	f.Add("{\"mask\":\"fooBar.`az,q\"}")
	f.Fuzz(func(t *testing.T, text string) {
		p, err := o.toProto([]byte(text))
		if err != nil {
			if code := codecs.StatusOf(err).Code; code == codecs.Internal && strings.Contains(err.Error(), "proto:") {
				t.Errorf("%s: %v", text, err)
			}
			return
		}
		got, err := o.json(p)
		if err != nil {
			t.Errorf("%s became %x, which the library refuses: %v", text, p, err)
			return
		}
		theirs, err := o.bytes([]byte(text))
		if err != nil {
			return
		}
		want, err := o.json(theirs)
		if err != nil {
			t.Fatal(err)
		}
		if err := same(got, want); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	})
}

// FuzzTokens: whatever the bytes are and whatever is asked of a reader, it ends, its lists and maps do, and skipping agrees with reading.
func FuzzTokens(f *testing.F) {
	o := newOracle(f, everything)
	value, fault := proto.AnyValue(), &contract.Type{}
	for _, text := range corpus {
		p, err := o.bytes([]byte(text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(p, uint8(0))
	}
	f.Add([]byte("\x0a\x01C\x12\x01m\x1a\x07\x0a\x01f\x12\x02\x18\x02"), uint8(3))
	f.Add([]byte("\x7a\x06\x0a\x04\x7a\x02\x0a\x00"), uint8(2))
	f.Fuzz(func(t *testing.T, p []byte, which uint8) {
		if len(p) > 1<<12 {
			return
		}
		shape, of := codecs.Value, []*contract.Type{o.m.Params, o.m.Result, value, fault}[which%4]
		if of == fault {
			shape = codecs.Thrown
		}
		open := func() token.Reader {
			return enc.Reader(wire.Borrow(p), codecs.Format{Encoding: "proto", Shape: shape}, of)
		}
		r := open()
		n, err := drain(r)
		r.Close()
		s := open()
		defer s.Close()
		skipped := s.Skip()
		if (err == nil) != (skipped == nil) {
			t.Errorf("%x: reading says %v after %d tokens, skipping %v", p, err, n, skipped)
		}
		if most := token.MaxExpand + 64*len(p) + 64; n > most {
			t.Errorf("%d bytes gave %d tokens, over %d", len(p), n, most)
		}
	})
}

// drain reads a value to its end.
func drain(r token.Reader) (n int, err error) {
	var one token.Token
	depth := 0
	for {
		err := r.Next(&one)
		switch {
		case errors.Is(err, io.EOF) && depth == 0:
			return n, nil
		case err != nil:
			return n, err
		}
		n++
		switch one.Kind {
		case token.List, token.Map, token.Object:
			depth++
		case token.End:
			if depth--; depth < 0 {
				return n, errors.New("more ends than beginnings")
			}
		}
	}
}
