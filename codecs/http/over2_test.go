package http_test

import (
	"flag"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/codectest/h2text"
	"github.com/dragoman-rpc/dragoman/codecs/http"
)

var _ = flag.Bool("update", false, "write the output of transcripts anew")

func TestOver2(t *testing.T) {
	codectest.Run(t, http.Over2(), "../../fixtures/http2", func() codectest.Notation { return h2text.New() })
}

func FuzzOver2(f *testing.F) { codectest.Fuzz(f, http.Over2(), "../../fixtures/http2") }
