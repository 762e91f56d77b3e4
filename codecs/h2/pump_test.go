package h2_test

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// pump drives a session over a connection: the smallest engine. Whatever is decoded is shown to handle, with the pump locked, which
// may say something in turn.
type pump struct {
	t      testing.TB
	conn   net.Conn
	handle func(p *pump, m *codecs.Message, err error)

	mu   sync.Mutex
	side *peer
	wake chan struct{} // something is to be written
	done chan struct{} // reading has ended
}

func newPump(t testing.TB, c codecs.Codec, side codecs.Side, conn net.Conn, handle func(*pump, *codecs.Message, error)) *pump {
	p := &pump{t: t, conn: conn, handle: handle, side: newPeer(t, c, side, codecs.Settings{}),
		wake: make(chan struct{}, 1), done: make(chan struct{})}
	p.side.each = func(m *codecs.Message, err error) {
		p.side.got = nil
		if handle != nil {
			handle(p, m, err)
		}
	}
	p.say(codecs.Message{Kind: codecs.Hello})
	var wg sync.WaitGroup
	wg.Go(p.write)
	wg.Go(p.read)
	t.Cleanup(func() {
		_ = conn.Close()
		wg.Wait()
	})
	return p
}

// say encodes a message from outside of handle.
func (p *pump) say(m codecs.Message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	_ = p.side.encode(&m)
	p.notify()
}

func (p *pump) notify() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *pump) read() {
	defer close(p.done)
	buf := make([]byte, 32<<10)
	for {
		n, err := p.conn.Read(buf)
		p.mu.Lock()
		p.side.feed(buf[:n])
		lost := p.side.lost
		p.mu.Unlock()
		p.notify()
		if err != nil || lost != nil {
			return
		}
	}
}

func (p *pump) write() {
	var out wire.Out
	for {
		select {
		case <-p.wake:
		case <-p.done:
			p.flush(&out)
			p.hangUp()
			return
		}
		if !p.flush(&out) {
			return
		}
	}
}

// hangUp closes the connection so that the last words arrive: what lies unread would turn the close into a reset.
func (p *pump) hangUp() {
	if half, ok := p.conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_ = p.conn.SetReadDeadline(time.Now().Add(time.Second))
		_, _ = io.Copy(io.Discard, p.conn)
	}
	_ = p.conn.Close()
}

func (p *pump) flush(out *wire.Out) bool {
	p.mu.Lock()
	*out, p.side.out = p.side.out, *out
	p.mu.Unlock()
	bufs := out.Buffers(nil)
	_, err := bufs.WriteTo(p.conn)
	out.Reset()
	return err == nil
}

// answerAll is a server that answers each request, once it is whole, with its body.
func answerAll(p *pump, m *codecs.Message, err error) {
	bodies := p.side.bodies
	switch {
	case m.Kind == codecs.Cancel:
		delete(bodies, m.ID)
		return
	case err != nil && m.Kind == codecs.Request:
		r := reply(m.ID, "", codecs.StatusOf(err))
		_ = p.side.encode(&r)
		return
	case err != nil:
		_ = p.side.encode(&codecs.Message{Kind: codecs.Cancel, ID: m.ID, Header: codecs.Header{Status: codecs.StatusOf(err)}})
		return
	case m.Kind != codecs.Request && m.Kind != codecs.Data:
		return
	}
	bodies[m.ID] = append(bodies[m.ID], m.Body.Bytes()...)
	if m.End {
		r := reply(m.ID, string(bodies[m.ID]), codecs.Status{})
		_ = p.side.encode(&r)
		delete(bodies, m.ID)
	}
}
