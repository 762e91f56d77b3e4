package engine

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Listener accepts connections for one or several protocols on one address. The fields are set before Serve.
type Listener struct {
	Net     net.Listener
	TLS     *tls.Config // nil: plain
	Servers []*Server   // in the order they are asked to sniff
	Engine  Engine
	Max     int // connections open at once; 0: no limit
	Log     *slog.Logger

	mu     sync.Mutex            // TLS, Servers, Max and what follows
	open   int                   // connections
	fresh  map[net.Conn]struct{} // those that have not said yet what they speak
	closed bool
}

// Replace has connections that come from now on served in another way, and counted against another limit.
func (l *Listener) Replace(servers []*Server, conf *tls.Config, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Servers, l.TLS, l.Max = servers, conf, most
}

func (l *Listener) present() ([]*Server, *tls.Config) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Servers, l.TLS
}

// sniffTime is how long a client may take to say what it speaks.
const sniffTime = 5 * time.Second

// Serve accepts until the listener is closed, and then gives nil. A connection over Max is closed at once.
func (l *Listener) Serve() error {
	for pause := 5 * time.Millisecond; ; {
		nc, err := l.Net.Accept()
		switch {
		case err == nil && l.begin(nc):
			pause = 5 * time.Millisecond
			go l.admit(nc)
		case err == nil:
			l.Log.Debug("connection over the limit", "addr", l.Net.Addr(), "peer", nc.RemoteAddr())
			_ = nc.Close()
		case errors.Is(err, net.ErrClosed):
			return nil
		default:
			// Out of descriptors, as a rule: it passes.
			l.Log.Error("accept", "addr", l.Net.Addr(), "err", err)
			time.Sleep(pause)
			pause = min(2*pause, time.Second)
		}
	}
}

// begin counts a connection that was accepted; false: there is no place for it.
func (l *Listener) begin(nc net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.Max > 0 && l.open >= l.Max {
		return false
	}
	if l.fresh == nil {
		l.fresh = map[net.Conn]struct{}{}
	}
	l.fresh[nc] = struct{}{}
	l.open++
	return true
}

// known says that it is known who serves a connection, or that nobody does.
func (l *Listener) known(nc net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.fresh, nc)
}

func (l *Listener) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.open--
}

// Close stops accepting, and closes the connections that have not said yet what they speak. A second Close does nothing.
func (l *Listener) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	for nc := range l.fresh {
		_ = nc.Close() // its admit sees that
	}
	return l.Net.Close()
}

// admit unwraps TLS, finds out the protocol, and gives the connection to the engine.
func (l *Listener) admit(nc net.Conn) {
	servers, conf := l.present()
	fresh := nc
	identity, err := "", nc.SetDeadline(time.Now().Add(sniffTime))
	if err == nil && conf != nil {
		nc, identity, err = handshake(nc, conf)
	} else if err == nil {
		identity = peerIdentity(nc)
	}
	var srv *Server
	var seen []byte
	if err == nil {
		srv, seen, err = sniff(nc, servers)
	}
	if err == nil {
		err = nc.SetDeadline(time.Time{})
	}
	l.known(fresh) // before it is read, or Close would end a call that has just come
	if err != nil {
		l.Log.Debug("connection refused", "addr", l.Net.Addr(), "peer", nc.RemoteAddr(), "err", err)
		_ = nc.Close()
		l.release()
		return
	}
	p := srv.Peer(addrPort(nc.RemoteAddr()), nc.LocalAddr().String(), identity)
	l.Engine.Adopt(nc, seen, &counted{p, l.release})
}

// counted gives a listener's place back when the connection closes.
type counted struct {
	Peer
	release func()
}

func (c *counted) OnClose(err error) {
	c.Peer.OnClose(err)
	c.release()
}

func addrPort(a net.Addr) netip.AddrPort {
	if t, ok := a.(*net.TCPAddr); ok {
		ap := t.AddrPort()
		return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return netip.AddrPort{}
}

// handshake makes the connection private. The identity is the client certificate's first URI, else its common name.
func handshake(nc net.Conn, conf *tls.Config) (net.Conn, string, error) {
	tc := tls.Server(nc, conf)
	ctx, cancel := context.WithTimeout(context.Background(), sniffTime) //nolint:forbidigo // an accepted connection has no caller
	defer cancel()
	if err := tc.HandshakeContext(ctx); err != nil {
		return nc, "", fmt.Errorf("engine: TLS: %w", err)
	}
	certs := tc.ConnectionState().PeerCertificates
	switch {
	case len(certs) == 0:
		return tc, "", nil
	case len(certs[0].URIs) > 0:
		return tc, certs[0].URIs[0].String(), nil
	}
	return tc, "cn:" + certs[0].Subject.CommonName, nil
}

// sniff asks the protocols of this port what the first bytes are. A port with one protocol does not wait for any.
func sniff(nc net.Conn, servers []*Server) (*Server, []byte, error) {
	if len(servers) == 1 {
		return servers[0], nil, nil
	}
	// A client may connect early and say nothing until its first call: what is bounded is the time from the first byte on.
	buf := make([]byte, 0, 4<<10)
	if err := nc.SetDeadline(silence(servers)); err != nil {
		return nil, nil, err
	}
	for {
		n, err := nc.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if n == len(buf) && err == nil {
			err = nc.SetDeadline(time.Now().Add(sniffTime))
		}
		srv, more := ask(servers, buf)
		switch {
		case srv != nil:
			return srv, buf, nil
		case err != nil:
			return nil, nil, fmt.Errorf("engine: sniff: %w", err)
		case !more || len(buf) == cap(buf):
			return nil, nil, fmt.Errorf("engine: sniff: % x is none of the %d protocols accepted here", buf[:min(len(buf), codecs.SniffMax)], len(servers))
		}
	}
}

// silence is when a client that has said nothing is closed: when one without a call would be.
func silence(servers []*Server) time.Time {
	for _, s := range servers {
		if s.Idle > 0 {
			return time.Now().Add(s.Idle)
		}
	}
	return time.Time{}
}

// ask gives the protocol that says Yes, or says whether one wants more bytes.
func ask(servers []*Server, prefix []byte) (srv *Server, more bool) {
	prefix = prefix[:min(len(prefix), codecs.SniffMax)]
	for _, s := range servers {
		switch s.Codec.Sniff(prefix) {
		case codecs.Yes:
			return s, false
		case codecs.More:
			more = more || len(prefix) < codecs.SniffMax
		case codecs.No:
		}
	}
	return nil, more
}
