package wire

import (
	"math/bits"
	"sync"
	"sync/atomic"
)

// Blocks come in powers of two from 512 bytes to 1 MiB; what is larger is left to the collector.
const (
	minShift = 9
	maxShift = 20
)

// block is pooled memory that counts its readers.
type block struct {
	refs atomic.Int32
	buf  []byte
}

var pools [maxShift - minShift + 1]sync.Pool

var (
	debug  atomic.Bool
	blocks atomic.Int64
)

// Debug makes returned memory unreadable (it is filled with 0xDB) and counts what is out, for tests. It must be set before
// the first body is made.
func Debug(on bool) { debug.Store(on) }

// Outstanding is the number of owned bodies not yet released, counted only while Debug is on.
func Outstanding() int64 { return blocks.Load() }

func class(n int) int {
	if n <= 1<<minShift {
		return 0
	}
	return bits.Len(uint(n-1)) - minShift
}

func newBlock(n int) *block {
	if debug.Load() {
		blocks.Add(1)
	}
	c := class(n)
	if c >= len(pools) {
		b := &block{buf: make([]byte, n)}
		b.refs.Store(1)
		return b
	}
	b, _ := pools[c].Get().(*block)
	if b == nil {
		b = &block{buf: make([]byte, 1<<(minShift+c))}
	}
	b.refs.Store(1)
	return b
}

// adopt makes a block of memory that nobody else refers to.
func adopt(p []byte) *block {
	if debug.Load() {
		blocks.Add(1)
	}
	b := &block{buf: p[:cap(p)]}
	b.refs.Store(1)
	return b
}

// scratch gives n bytes of pooled memory, empty, that are not counted any more.
func scratch(n int) []byte {
	if b, _ := pools[class(n)].Get().(*block); b != nil {
		return b.buf[:0]
	}
	return make([]byte, 0, n)
}

func (b *block) release() {
	switch n := b.refs.Add(-1); {
	case n > 0:
		return
	case n < 0:
		panic("wire: body released twice") //nolint:forbidigo // a double release corrupts other calls: it must not go on
	}
	if debug.Load() {
		blocks.Add(-1)
		for i := range b.buf {
			b.buf[i] = 0xDB
		}
	}
	if c := class(cap(b.buf)); c < len(pools) && cap(b.buf) == 1<<(minShift+c) {
		b.buf = b.buf[:cap(b.buf)]
		pools[c].Put(b)
	}
}
