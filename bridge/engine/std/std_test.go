package std_test

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/engine/std"
)

func TestStd(t *testing.T) {
	defer goleak.VerifyNone(t)
	enginetest.Run(t, func() engine.Engine { return &std.Engine{} })
}
