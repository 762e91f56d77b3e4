package grpc_test

import (
	"flag"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/codectest/h2text"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
)

var _ = flag.Bool("update", false, "write the transcripts anew")

const fixtures = "../../fixtures/grpc"

func notation() codectest.Notation { return h2text.New() }

func TestGRPC(t *testing.T) { codectest.Run(t, grpc.Codec(), fixtures, notation) }

// FuzzGRPC: bytes of either side, whole and split.
func FuzzGRPC(f *testing.F) { codectest.Fuzz(f, grpc.Codec(), fixtures, notation) }
