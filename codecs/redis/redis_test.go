package redis_test

import (
	"flag"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/redis"
)

var _ = flag.Bool("update", false, "write the transcripts' output anew")

func TestCodec(t *testing.T) { codectest.Run(t, redis.Codec{}, "../../fixtures/redis") }

func FuzzCodec(f *testing.F) { codectest.Fuzz(f, redis.Codec{}, "../../fixtures/redis") }
