package std

import (
	"errors"
	"io"
	"net"
	"runtime/debug"
	"sync"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

const (
	readSize = 16 << 10         // of a read buffer; it grows while one frame is larger,
	readMost = 64 << 10         // and up to this while reads fill it
	stallMax = 30 * time.Second // a peer that takes no byte for so long is closed
	lingers  = 2 * time.Second  // how long we read on after our last byte, lest the kernel's reset eats it
)

// conn is one connection: a reader, and whoever writes.
type conn struct {
	nc     net.Conn
	peer   engine.Peer
	forget func(*conn)
	try    *tryWriter // nil where a write cannot be tried without blocking (TLS)
	buf    []byte     // read and not yet taken; used by the reader alone

	mu      sync.Mutex
	resume  sync.Cond
	paused  bool
	again   bool // reading was resumed: what was left is to be shown again, even if the reader never came to wait
	eof     bool // the peer has sent its last byte
	shut    bool // CloseWrite was called
	closed  bool
	cause   error
	backlog []wire.Body // owned, behind what the writer goroutine is writing
	queued  int         // bytes not yet taken by the system
	busy    bool        // the writer goroutine runs
	scratch net.Buffers // for Write
}

var _ engine.Conn = (*conn)(nil)

func newConn(nc net.Conn, p engine.Peer, forget func(*conn)) *conn {
	c := &conn{nc: nc, peer: p, forget: forget, try: newTryWriter(nc)}
	c.resume.L = &c.mu
	return c
}

func (c *conn) RemoteAddr() net.Addr { return c.nc.RemoteAddr() }

// read is the reader goroutine: it lives as long as the connection. A panic in a session closes this connection and no other.
func (c *conn) read() {
	defer func() {
		if r := recover(); r != nil {
			c.Close(&engine.Panic{Value: r, Stack: debug.Stack()})
		}
		c.Close(nil)
		c.mu.Lock()
		err := c.cause
		c.mu.Unlock()
		c.peer.OnClose(err)
		c.forget(c)
	}()
	c.peer.OnOpen(c)
	fresh := len(c.buf) > 0 // bytes that the peer has not been shown
	for {
		if fresh {
			taken := c.peer.OnBytes(c.buf)
			c.buf = c.buf[:copy(c.buf, c.buf[taken:])]
		}
		resumed, ok := c.await()
		if !ok {
			return
		}
		if fresh = resumed && len(c.buf) > 0; fresh {
			continue
		}
		if !c.fill() {
			return
		}
		fresh = true
	}
}

// await blocks while reading is paused, and says whether it was meanwhile; false: the connection is closed.
func (c *conn) await() (resumed, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.paused && !c.closed {
		c.resume.Wait()
	}
	resumed, c.again = c.again, false
	return resumed, !c.closed
}

// fill reads once. False: there is no more to come and the connection is to be closed.
func (c *conn) fill() bool {
	if cap(c.buf)-len(c.buf) < readSize/4 || cap(c.buf) > readMost && len(c.buf) < readSize {
		c.grow(max(readSize, 2*len(c.buf)))
	}
	n, err := c.nc.Read(c.buf[len(c.buf):cap(c.buf)])
	c.buf = c.buf[:len(c.buf)+n]
	if len(c.buf) == cap(c.buf) && cap(c.buf) < readMost {
		c.grow(readMost) // more calls come at once than a read holds
	}
	if n > 0 || err == nil {
		return true
	}
	if !errors.Is(err, io.EOF) {
		c.Close(err)
		return false
	}
	return c.ended()
}

// grow gives the read buffer n bytes.
func (c *conn) grow(n int) {
	grown := make([]byte, len(c.buf), n)
	copy(grown, c.buf)
	c.buf = grown
}

// ended waits, after the peer's last byte, until our own side is closed too.
func (c *conn) ended() bool {
	c.mu.Lock()
	c.eof = true
	over := c.shut && !c.busy
	c.mu.Unlock()
	if over {
		return false
	}
	c.peer.OnEOF()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed {
		c.resume.Wait()
	}
	return false
}

// Pause stops or resumes reading.
func (c *conn) Pause(on bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.again = c.again || c.paused && !on
	c.paused = on
	c.resume.Broadcast()
}

// Close closes at once. OnClose follows on the reader.
func (c *conn) Close(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.closed, c.cause = true, err
	c.resume.Broadcast()
	_ = c.nc.Close() // the reader is told by its next read
}

// Write sends what can be sent without blocking and leaves the rest to a goroutine, so that a slow reader stops nobody.
func (c *conn) Write(out *wire.Out) (queued int) {
	defer out.Reset()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.shut {
		return 0
	}
	left := out.Len()
	if !c.busy && c.try != nil {
		c.scratch = out.Buffers(c.scratch[:0])
		bufs, err := c.try.write(c.scratch)
		if err != nil {
			c.broken(err)
			return 0
		}
		left = size(bufs)
		clear(c.scratch)
	}
	if left == 0 {
		return c.queued
	}
	done, from := out.Len()-left, len(c.backlog)
	c.backlog = out.Bodies(c.backlog)
	c.backlog = append(c.backlog[:from], skipped(c.backlog[from:], done)...)
	c.queued += left
	if !c.busy {
		c.busy = true
		go c.write()
	}
	return c.queued
}

func size(bufs net.Buffers) (n int) {
	for _, b := range bufs {
		n += len(b)
	}
	return n
}

// broken closes the connection, which cannot be written to. Called under mu.
func (c *conn) broken(err error) {
	if c.closed {
		return
	}
	c.closed, c.cause = true, err
	c.resume.Broadcast()
	_ = c.nc.Close()
}

// skipped gives back the first n bytes of list.
func skipped(list []wire.Body, n int) []wire.Body {
	for len(list) > 0 && n >= list[0].Len() {
		n -= list[0].Len()
		list[0].Release()
		list = list[1:]
	}
	if n > 0 {
		rest := list[0].Sub(n, list[0].Len())
		list[0].Release()
		list[0] = rest
	}
	return list
}

// write is the writer goroutine: it lives while there is a backlog. A panic in a session closes this connection and no other.
func (c *conn) write() {
	defer func() {
		if r := recover(); r != nil {
			c.Close(&engine.Panic{Value: r, Stack: debug.Stack()})
		}
	}()
	if c.writeBacklog() {
		c.peer.OnDrained()
	}
}

// writeBacklog says whether all is written and more may come.
func (c *conn) writeBacklog() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.backlog) > 0 && !c.closed {
		list := c.backlog
		c.backlog = nil
		c.mu.Unlock()
		err := c.writeAll(list)
		c.mu.Lock()
		if err != nil {
			c.broken(err)
		}
	}
	for i := range c.backlog { // of a connection that was closed
		c.backlog[i].Release()
	}
	c.backlog, c.busy = nil, false
	if c.closed || !c.shut {
		return !c.closed
	}
	c.closeWrite()
	return false
}

// writeAll blocks until all is written. A peer that takes nothing for stallMax is given up.
func (c *conn) writeAll(list []wire.Body) (err error) {
	for i := range list {
		if err == nil {
			err = c.writeBody(list[i].Bytes())
		}
		list[i].Release()
	}
	if err != nil {
		return err
	}
	return c.nc.SetWriteDeadline(time.Time{})
}

func (c *conn) writeBody(p []byte) error {
	for len(p) > 0 {
		if err := c.nc.SetWriteDeadline(time.Now().Add(stallMax)); err != nil {
			return err
		}
		n, err := c.nc.Write(p[:min(len(p), 64<<10)])
		c.mu.Lock()
		c.queued -= n
		c.mu.Unlock()
		if err != nil {
			return err
		}
		p = p[n:]
	}
	return nil
}

// CloseWrite sends the end of our bytes behind what is queued, and reads on briefly.
func (c *conn) CloseWrite() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.shut || c.closed {
		return
	}
	c.shut = true
	if !c.busy {
		c.closeWrite()
	}
}

func (c *conn) closeWrite() {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if c.eof || !ok || half.CloseWrite() != nil {
		c.closed = true
		c.resume.Broadcast()
		_ = c.nc.Close() // both sides are done
		return
	}
	c.paused = false
	c.resume.Broadcast()
	_ = c.nc.SetReadDeadline(time.Now().Add(lingers)) // an error here shows in the next read
}
