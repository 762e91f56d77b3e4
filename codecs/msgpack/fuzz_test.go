package msgpack_test

import (
	"bytes"
	"testing"

	oracle "github.com/vmihailenco/msgpack/v5"

	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
)

// FuzzRead: reading ends; Skip agrees with it, and the scanner with the shape; what was read is written so that it reads the same,
// and a well-kept library reads what is written here.
func FuzzRead(f *testing.F) {
	for _, c := range goods {
		f.Add(unhex(f, c.in))
	}
	for _, c := range bads {
		f.Add(unhex(f, c.in))
	}
	f.Fuzz(func(t *testing.T, p []byte) {
		all, err := read(p)
		r := open(p)
		skipped := r.Skip()
		if r.Close(); (err == nil) != (skipped == nil) {
			t.Fatalf("reading says %v, skipping %v", err, skipped)
		}
		s := msgpack.Scan(p)
		s.Value()
		shape := s.End()
		if err == nil && shape != nil {
			t.Fatalf("read, but not scanned: %v", shape)
		}
		if err != nil {
			return
		}
		again, err := write(all)
		if err != nil {
			t.Fatalf("%s: %v", tell(all), err)
		}
		if len(again) > len(p) {
			t.Fatalf("%x became %x", p, again)
		}
		back, err := read(again)
		if err != nil || tell(back) != tell(all) {
			t.Fatalf("%s came back as %s, %v", tell(all), tell(back), err)
		}
		if err := oracle.NewDecoder(bytes.NewReader(again)).Skip(); err != nil {
			t.Fatalf("%x: %v", again, err)
		}
	})
}
