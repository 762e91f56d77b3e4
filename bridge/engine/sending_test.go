package engine

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// copied writes bodies, all of them at once.
type copied struct{ codecs.Session }

func (copied) Encode(out *wire.Out, m *codecs.Message) (bool, error) {
	out.Body(m.Body)
	return false, nil
}

// taker takes all that is written.
type taker struct {
	Conn
	n int
}

func (c *taker) Write(out *wire.Out) int {
	c.n += out.Len()
	out.Reset()
	return 0
}

// A sender that was told to wait for a full outbox goes on when it is written, even if the other side never says a word: a reader
// with a wide window has nothing to say.
func TestFullOutboxIsNoEnd(t *testing.T) {
	var l link
	to, woken := &taker{}, 0
	l.init(copied{})
	l.conn = to
	s := &sending{home: new(home), ready: func() { woken++ }}
	send := func() (more bool) {
		l.mu.Lock()
		defer l.mu.Unlock()
		more, _, err := l.send(s, &codecs.Message{Kind: codecs.Data, Body: wire.Borrow(make([]byte, 16<<10))})
		if err != nil {
			t.Fatal(err)
		}
		return more
	}
	n := 1
	for send() {
		n++
	}
	for range 10 { // they wait
		if send() {
			t.Error("there is room again before anything was written")
		}
		n++
	}
	l.flush()
	if want := n * 16 << 10; to.n != want || woken != 1 || len(s.rest) > 0 || len(l.held) > 0 {
		t.Errorf("%d bytes of %d were written, the sender was woken %d times, %d messages and %d senders wait", to.n, want, woken, len(s.rest), len(l.held))
	}
}
