package grpc_test

import (
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// link is one side of a real connection, driven as an engine does it, without an engine's bounds: what a window holds back waits, and
// credit goes back when the far side has taken the bytes.
type link struct {
	conn net.Conn
	on   func(m codecs.Message, err error) // each message of a call, owned
	said chan struct{}                     // closed with the peer's Hello

	mu    sync.Mutex
	wake  *sync.Cond
	sess  codecs.Session
	out   wire.Out
	waits map[uint64][]waiting
	next  uint64
	over  bool
}

// waiting is a message that a window holds back, and what is to be done when it is out.
type waiting struct {
	m     codecs.Message
	taken func()
}

func newLink(conn net.Conn, side codecs.Side, options map[string]string, on func(*link) func(codecs.Message, error)) *link {
	l := &link{conn: conn, said: make(chan struct{}), waits: map[uint64][]waiting{}, next: 1,
		sess: grpc.Codec().Session(side, codecs.Settings{Addr: "in.test", Options: options})}
	l.wake = sync.NewCond(&l.mu)
	l.on = on(l)
	l.send(codecs.Message{Kind: codecs.Hello}, nil)
	go l.writes()
	go l.reads()
	return l
}

func (l *link) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.over = true
	l.wake.Broadcast()
	_ = l.conn.Close()
}

func (l *link) writes() {
	for {
		l.mu.Lock()
		for l.out.Len() == 0 && !l.over {
			l.wake.Wait()
		}
		p := l.out.AppendTo(nil)
		l.out.Reset()
		l.mu.Unlock()
		if len(p) == 0 {
			return
		}
		if _, err := l.conn.Write(p); err != nil {
			return
		}
	}
}

func (l *link) reads() {
	var in []byte
	p := make([]byte, 32<<10)
	for {
		n, err := l.conn.Read(p)
		if err != nil {
			l.close()
			return
		}
		in = append(in, p[:n]...)
		for {
			n, ok := l.decode(in)
			if in = in[n:]; !ok {
				break
			}
		}
		l.send(codecs.Message{Kind: codecs.None}, nil)
	}
}

// decode takes one message off the front of p, and says whether there may be more.
func (l *link) decode(p []byte) (n int, more bool) {
	var m codecs.Message
	l.mu.Lock()
	n, err := l.sess.Decode(&m, p)
	if n == 0 && err != nil {
		last := codecs.Message{Kind: codecs.Goaway, Header: codecs.Header{Status: codecs.StatusOf(err)}}
		_, _ = l.sess.Encode(&l.out, &last)
		l.wake.Broadcast()
	}
	m.Own()
	var done []func()
	if m.Kind == codecs.Window {
		done = l.retry(m.ID)
	}
	l.mu.Unlock()
	for _, f := range done {
		f()
	}
	switch m.Kind {
	case codecs.Hello:
		close(l.said)
	case codecs.Request, codecs.Reply, codecs.Data, codecs.Cancel:
		l.on(m, err)
	default: // about the wire
	}
	return n, n > 0
}

// retry says what waited for a window. l.mu is held.
func (l *link) retry(id uint64) (done []func()) {
	for i, queue := range l.waits {
		if id != 0 && id != i {
			continue
		}
		for len(queue) > 0 {
			more, err := l.sess.Encode(&l.out, &queue[0].m)
			if more {
				break
			}
			if err != nil {
				queue[0].m.Release()
			}
			if queue[0].taken != nil {
				done = append(done, queue[0].taken)
			}
			queue = queue[1:]
		}
		if l.waits[i] = queue; len(queue) == 0 {
			delete(l.waits, i)
		}
	}
	l.out.Own()
	l.wake.Broadcast()
	return done
}

// open sends a request and gives its id.
func (l *link) open(m codecs.Message, note func(id uint64)) error {
	<-l.said
	l.mu.Lock()
	defer l.mu.Unlock()
	m.ID, l.next = l.next, l.next+2
	note(m.ID)
	return l.encode(m, nil)
}

// send says a message, or keeps it until the windows allow; taken is called when it is out.
func (l *link) send(m codecs.Message, taken func()) {
	l.mu.Lock()
	kept := len(l.waits[m.ID]) > 0 && m.Kind != codecs.Window && m.Kind != codecs.None
	switch {
	case kept && m.Kind == codecs.Cancel:
		delete(l.waits, m.ID)
		kept = l.encode(m, taken) != nil
	case kept:
		l.waits[m.ID] = append(l.waits[m.ID], waiting{m, taken})
	default:
		if err := l.encode(m, taken); err != nil {
			kept = l.encode(codecs.Message{Kind: codecs.Cancel, ID: m.ID, Header: codecs.Header{Status: codecs.StatusOf(err)}}, nil) != nil
		} else {
			kept = len(l.waits[m.ID]) > 0
		}
	}
	l.mu.Unlock()
	if taken != nil && !kept {
		taken()
	}
}

// encode is called with l.mu held.
func (l *link) encode(m codecs.Message, taken func()) error {
	id := m.ID
	more, err := l.sess.Encode(&l.out, &m)
	l.out.Own()
	l.wake.Broadcast()
	switch {
	case err != nil:
		m.Release()
		return err
	case more:
		l.waits[id] = append(l.waits[id], waiting{m, taken})
	}
	return nil
}

// credit gives back what a message used.
func (l *link) credit(id uint64, n uint32) func() {
	return func() {
		if n > 0 {
			l.send(codecs.Message{Kind: codecs.Window, ID: id, Credit: n}, nil)
		}
	}
}

// through joins two connections: what comes in on one side goes out on the other, as dragoman passes it without a stage.
func through(t *testing.T, backend string) (addr string) {
	t.Helper()
	return listen(t, func(near net.Conn) *link {
		far, err := net.Dial("tcp", backend)
		if err != nil {
			t.Error(err)
			return nil
		}
		var mu sync.Mutex
		up, down := map[uint64]uint64{}, map[uint64]uint64{}
		other := func(table map[uint64]uint64, id uint64) uint64 {
			mu.Lock()
			defer mu.Unlock()
			return table[id]
		}
		var client *link
		server := newLink(near, codecs.Server, nil, func(server *link) func(codecs.Message, error) {
			client = newLink(far, codecs.Client, nil, func(client *link) func(codecs.Message, error) {
				return func(m codecs.Message, err error) {
					id := m.ID
					if err != nil {
						m = codecs.Message{Kind: codecs.Cancel, Header: codecs.Header{Status: codecs.StatusOf(err)}}
					}
					m.ID = other(down, id)
					server.send(m, client.credit(id, m.Credit))
				}
			})
			return func(m codecs.Message, err error) {
				id := m.ID
				switch {
				case err != nil:
					server.send(codecs.Message{Kind: codecs.Reply, ID: id, End: true, Bare: true, Header: codecs.Header{Status: codecs.StatusOf(err)}}, nil)
				case m.Kind == codecs.Request:
					credit := m.Credit
					if m.Timeout > 0 {
						m.Timeout += time.Minute // the caller's clock decides: a server resets with CANCEL when the time is over
					}
					err := client.open(m, func(far uint64) {
						mu.Lock()
						defer mu.Unlock()
						up[id], down[far] = far, id
					})
					if err != nil {
						t.Error(err)
					}
					server.credit(id, credit)()
				default:
					m.ID = other(up, id)
					client.send(m, server.credit(id, m.Credit))
				}
			}
		})
		t.Cleanup(client.close)
		return server
	})
}

// serving answers each call with a handler, in one goroutine a connection.
func serving(t *testing.T, options map[string]string, on func(l *link, m codecs.Message, err error)) (addr string) {
	t.Helper()
	return listen(t, func(conn net.Conn) *link {
		return newLink(conn, codecs.Server, options, func(l *link) func(codecs.Message, error) {
			return func(m codecs.Message, err error) {
				on(l, m, err)
				l.credit(m.ID, m.Credit)()
				m.Release()
			}
		})
	})
}

func listen(t *testing.T, accept func(net.Conn) *link) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	var links []*link
	go func() {
		defer close(done)
		for {
			conn, err := ln.Accept()
			if errors.Is(err, net.ErrClosed) {
				return
			}
			if err != nil {
				t.Error(err)
				return
			}
			if l := accept(conn); l != nil {
				links = append(links, l)
			}
		}
	}()
	t.Cleanup(func() {
		_ = ln.Close()
		<-done
		for _, l := range links {
			l.close()
		}
	})
	return ln.Addr().String()
}
