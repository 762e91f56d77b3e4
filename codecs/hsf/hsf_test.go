package hsf_test

import (
	"flag"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/hsf"
)

var _ = flag.Bool("update", false, "write the transcripts anew")

func TestCodec(t *testing.T) { codectest.Run(t, hsf.Codec{}, "../../fixtures/hsf") }

func FuzzCodec(f *testing.F) { codectest.Fuzz(f, hsf.Codec{}, "../../fixtures/hsf") }
