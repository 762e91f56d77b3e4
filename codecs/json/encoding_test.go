package json_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/json"
)

func TestEncodings(t *testing.T) {
	for _, e := range []json.Encoding{{}, {Strings: true}} {
		t.Run(e.Name(), func(t *testing.T) { codectest.RunEncoding(t, e) })
	}
}
