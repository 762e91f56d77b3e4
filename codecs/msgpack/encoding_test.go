package msgpack_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
)

func TestEncoding(t *testing.T) { codectest.RunEncoding(t, msgpack.Encoding{}) }
