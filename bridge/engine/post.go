package engine

import "github.com/dragoman-rpc/dragoman/codecs"

// Post has f run on the home of a call, soon or at once: for a Handler that answers from a goroutine of its own. A call that came
// in by no Server has no home that can be reached; f then runs at once.
func Post(c *codecs.Call, f func()) {
	x, ok := c.Local.(*exchange)
	if !ok {
		f()
		return
	}
	x.conn.home.post(task{do: f})
}
