package dubbo_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/dubbo"
)

func TestCodec(t *testing.T) { codectest.Run(t, dubbo.Codec{}, "../../fixtures/dubbo") }

func FuzzCodec(f *testing.F) { codectest.Fuzz(f, dubbo.Codec{}, "../../fixtures/dubbo") }
