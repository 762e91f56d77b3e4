package all_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
)

// Names are what configurations say; every format that a protocol speaks must have its encoding.
func TestListsFitTogether(t *testing.T) {
	encodings := map[string]codecs.Encoding{}
	for _, e := range all.Encodings() {
		if encodings[e.Name()] != nil {
			t.Errorf("two encodings are called %q", e.Name())
		}
		encodings[e.Name()] = e
	}
	protocols, wires := map[string]bool{}, map[string]bool{}
	for _, c := range all.Codecs() {
		wire := c.Name() + " " + c.Traits().Version
		if wires[wire] {
			t.Errorf("two wires are called %q", wire)
		}
		wires[wire], protocols[c.Name()] = true, true
		for _, f := range c.Traits().Formats {
			if encodings[f.Encoding] == nil {
				t.Errorf("%s speaks %v, which no encoding is there for", c.Name(), f)
			}
		}
	}
	for _, name := range []string{"redis", "dubbo", "http", "grpc", "hsf"} {
		if !protocols[name] {
			t.Errorf("%s is missing", name)
		}
	}
}
