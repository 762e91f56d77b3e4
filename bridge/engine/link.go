package engine

import (
	"runtime"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// link is what the two halves share: one connection, its session and its outbox. There is one author per connection: bytes go
// to the outbox, under mu, and whoever finds nobody writing writes them, with what others leave there meanwhile.
type link struct {
	mu      sync.Mutex // session, outbox, and the half's own tables
	sess    codecs.Session
	conn    Conn
	out     *wire.Out      // nil: nothing waits to be written
	word    codecs.Message // what the half itself has to say is put here, so that it needs no memory
	queued  int            // bytes the other side has not taken yet
	drains  uint           // how often OnDrained came
	need    int            // bytes of the frame that is arriving, if the session can say: no use to look before they are there
	writing bool           // somebody is in flush
	lent    bool           // what is being written refers to borrowed memory
	back    sync.Cond
	shut    bool // send the end of our bytes once the outbox is empty
	dead    bool // OnClose was called
	shared  bool // others are likely to write here soon

	mark  int        // bytes in the outbox over which they wait
	held  []*sending // directions of calls that wait for room
	tight bool       // one of them for room in the outbox
}

func (l *link) init(sess codecs.Session) {
	l.sess, l.mark = sess, outboxMark
	l.back.L = &l.mu
}

// outboxes are empty ones. A connection has one only as long as something waits in it.
var outboxes = sync.Pool{New: func() any { return new(wire.Out) }}

// outbox gives the outbox, to be appended to. Called under mu.
func (l *link) outbox() *wire.Out {
	if l.out == nil {
		l.out, _ = outboxes.Get().(*wire.Out)
	}
	return l.out
}

// unwritten is how many bytes wait in the outbox. Called under mu.
func (l *link) unwritten() int {
	if l.out == nil {
		return 0
	}
	return l.out.Len()
}

// encode appends a message to the outbox, as far as the peer's window allows. Called under mu.
func (l *link) encode(m *codecs.Message) (more bool, err error) {
	o := l.outbox()
	o.Seal()
	return l.sess.Encode(o, m)
}

// speak appends a message of the half itself. Called under mu.
func (l *link) speak(m codecs.Message) error {
	l.word = m
	_, err := l.encode(&l.word)
	l.word = codecs.Message{}
	return err
}

// utter appends what a session wants written at once. Called under mu.
func (l *link) utter(p []byte) {
	if len(p) > 0 {
		o := l.outbox()
		o.B = append(o.B, p...)
	}
}

// flush writes what is in the outbox, unless somebody else is at it, who will then write this too. When it returns, no output
// of this connection refers to memory that the caller borrowed.
func (l *link) flush() {
	wake(l.write())
}

// write flushes. What waited for room in the outbox follows; the caller wakes those it gives.
func (l *link) write() (free []woken) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.writing || l.conn == nil {
		l.own()
		return nil
	}
	l.writing = true
	if l.shared {
		// Others who have something for this connection are about to run: one write then serves them all.
		l.mu.Unlock()
		runtime.Gosched()
		l.mu.Lock()
	}
	for l.unwritten() > 0 && !l.dead {
		o := l.out
		l.out, l.lent = nil, o.Borrowed()
		drains := l.drains
		l.mu.Unlock()
		queued := l.conn.Write(o)
		outboxes.Put(o)
		l.mu.Lock()
		if drains == l.drains { // else OnDrained came first: what Write said is no longer so
			l.queued = queued
		}
		if l.lent {
			l.lent = false
			l.back.Broadcast()
		}
		if l.tight && l.queued == 0 { // else OnDrained comes
			free = append(free, l.pump()...)
		}
	}
	l.writing = false
	if l.out != nil && l.out.Len() == 0 {
		outboxes.Put(l.out)
		l.out = nil
	}
	if l.shut && !l.dead {
		l.shut = false
		l.conn.CloseWrite()
	}
	return free
}

// drained goes on with what was held back, the other side having taken all there was. also is called under mu.
func (l *link) drained(also func()) {
	free, fresh := l.resumed(also)
	wake(free)
	if fresh {
		l.flush()
	}
}

func (l *link) resumed(also func()) (free []woken, fresh bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.queued = 0
	l.drains++
	also()
	return l.pump(), l.unwritten() > 0
}

// keep makes all output independent of the read buffer that the caller is about to reuse.
func (l *link) keep() {
	l.mu.Lock()
	l.own()
	l.mu.Unlock()
}

// own waits for a write that holds borrowed memory, which is one system call that does not block, and copies the rest.
func (l *link) own() {
	for l.lent {
		l.back.Wait()
	}
	if l.out != nil {
		l.out.Own()
	}
}

// enough says whether p may hold a whole frame, so that a large one is not looked at with every packet.
func (l *link) enough(p []byte) bool {
	if l.need > len(p) {
		return false
	}
	l.need = 0
	if z, ok := l.sess.(codecs.Sizer); ok && len(p) > 0 {
		if n := z.FrameSize(p); n > len(p) {
			l.need = n
		}
	}
	return true
}

// owe has the session say what it owes the peer, behind a batch of Decodes. Called under mu.
func (l *link) owe() error { return l.speak(codecs.Message{Kind: codecs.None}) }
