// Package engine turns connections into calls and calls into connections: a Session on a connection, on the server side with
// slots and ids (server.go), on the client side with tables, queues and shared connections (client.go, pool.go).
//
// It knows connections, order, ids, limits and executors. It refuses to know any protocol, any route and any body.
//
// # Locks
//
// In this order, and never held across a call out of the package: an executor's run lock, a Pool's mutex, a connection's
// mutex, a Conn's own. An executor runs everything of the calls of one client connection, one thing at a time (home.go).
package engine

import (
	"context"
	"fmt"
	"net"

	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Engine moves bytes between sockets and Peers. There are two: std (goroutines), and later loop (event loops). Both must pass
// enginetest.
type Engine interface {
	// Adopt takes over a connection and the bytes that were already read from it, which it copies.
	Adopt(c net.Conn, unread []byte, p Peer)
	// Drain waits until every connection is closed, or until ctx ends and then closes them all.
	Drain(ctx context.Context) error
}

// Peer is told what happens on one connection. Its methods are called one at a time, but OnDrained, which may come at any time.
type Peer interface {
	OnOpen(Conn)
	// OnBytes is given all bytes not yet taken and says how many it takes now. They are valid until it returns. It is called
	// again when there are more bytes, or after Pause(false).
	OnBytes(p []byte) (taken int)
	// OnEOF says that the other side has sent its last byte. The connection still takes writes.
	OnEOF()
	// OnDrained says that all bytes written were taken by the system, after a Write that left some queued.
	OnDrained()
	// OnClose is the last call. err is nil after a Close(nil).
	OnClose(err error)
}

// Panic is the error of a connection that was closed because a session or a stage panicked.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("engine: panic: %v", p.Value) }

// Conn is a connection on an engine. Safe for concurrent use.
type Conn interface {
	// Write sends the output and resets it. It never blocks; queued is how many bytes wait for the other side to take them,
	// owned by the Conn.
	Write(out *wire.Out) (queued int)
	// Pause stops or resumes reading.
	Pause(bool)
	// CloseWrite sends what is queued, then the end of our bytes. Reading goes on.
	CloseWrite()
	// Close closes at once and drops what is queued. The first error is the one that OnClose gets.
	Close(error)
	RemoteAddr() net.Addr
}
