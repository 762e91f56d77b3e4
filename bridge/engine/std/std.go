// Package std is the engine on net and goroutines: one reader goroutine a connection and no writer. It is complete: TCP, Unix
// sockets, TLS, half-closed connections.
//
// It knows sockets. It refuses to know sessions, messages and calls.
package std

import (
	"context"
	"net"
	"sync"

	"github.com/dragoman-rpc/dragoman/bridge/engine"
)

// Engine adopts connections. The zero Engine is ready for use. Safe for concurrent use.
type Engine struct {
	mu    sync.Mutex
	conns map[*conn]struct{}
	empty chan struct{} // closed when the last connection goes, if somebody drains
}

var _ engine.Engine = (*Engine)(nil)

// Adopt takes over a connection and starts its reader.
func (e *Engine) Adopt(nc net.Conn, unread []byte, p engine.Peer) {
	c := newConn(nc, p, e.forget)
	c.buf = append(c.buf, unread...)
	e.mu.Lock()
	if e.conns == nil {
		e.conns = map[*conn]struct{}{}
	}
	e.conns[c] = struct{}{}
	e.mu.Unlock()
	go c.read()
}

func (e *Engine) forget(c *conn) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.conns, c)
	if len(e.conns) == 0 && e.empty != nil {
		close(e.empty)
		e.empty = nil
	}
}

// Len is the number of connections.
func (e *Engine) Len() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.conns)
}

// Drain waits until every connection is closed. When ctx ends first it closes them all and gives the context's error.
func (e *Engine) Drain(ctx context.Context) error {
	e.mu.Lock()
	if len(e.conns) == 0 {
		e.mu.Unlock()
		return nil
	}
	if e.empty == nil {
		e.empty = make(chan struct{})
	}
	empty := e.empty
	e.mu.Unlock()
	select {
	case <-empty:
		return nil
	case <-ctx.Done():
	}
	e.mu.Lock()
	for c := range e.conns {
		c.Close(ctx.Err())
	}
	e.mu.Unlock()
	<-empty
	return ctx.Err()
}
