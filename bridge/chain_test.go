package bridge

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// TestLargest: a message may be put together up to the largest frame that any side takes, and never less than by default.
func TestLargest(t *testing.T) {
	for _, c := range []struct {
		listener, cluster, want int
	}{
		{0, 0, codecs.DefaultMaxFrame},
		{1 << 20, 1 << 20, codecs.DefaultMaxFrame},
		{32 << 20, 8 << 20, 32 << 20},
		{8 << 20, 64 << 20, 64 << 20},
	} {
		conf := &config.Config{Listen: []config.Listen{{}, {Limits: config.Limits{Frame: c.listener}}}, Clusters: []config.Cluster{{}, {Frame: c.cluster}}}
		if got := largest(conf); got != c.want {
			t.Errorf("listener %d, cluster %d: %d, want %d", c.listener, c.cluster, got, c.want)
		}
	}
}
