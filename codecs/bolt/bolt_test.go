package bolt_test

import (
	"flag"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/bolt"
	"github.com/dragoman-rpc/dragoman/codecs/codectest"
)

var _ = flag.Bool("update", false, "write the output lines of fixtures/bolt/*.txt anew, to be read as a diff")

func TestCodec(t *testing.T) { codectest.Run(t, bolt.Codec{}, "../../fixtures/bolt") }

func FuzzCodec(f *testing.F) { codectest.Fuzz(f, bolt.Codec{}, "../../fixtures/bolt") }
