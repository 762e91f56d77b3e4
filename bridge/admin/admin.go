// Package admin is where operators ask and command: health, readiness, status and metrics over HTTP on a TCP address, and the
// same with reload and drain on a Unix socket.
//
// It knows who may ask what. It refuses to know the bridge: what it tells and what it does are given to it.
//
// Loopback is not private: a web page can reach it. So requests that a foreign page could have sent are refused, and whatever
// changes something is taken only over the socket, which is this user's alone.
package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"
)

// Bridge is what the pages are about. Its methods are called from many goroutines.
type Bridge interface {
	Ready() bool // calls are welcome
	Status() any // to be shown as JSON, without secrets, as is Contracts
	Contracts() any
	Learned() []byte // a contract file
	Reload() error   // reads the configuration again; an error leaves all as it was
	Drain()          // begins to drain and returns at once
}

// Options say where to listen and whom to ask.
type Options struct {
	Addr    string // host:port; "": none
	Socket  string // path of a Unix socket; "": none
	Bridge  Bridge
	Metrics http.Handler
	Log     *slog.Logger
}

// Server answers until Close. A nil Server is one that listens nowhere. Safe for concurrent use.
type Server struct {
	tcp     net.Listener // nil: none
	servers []*http.Server
}

// Listen begins to answer on what o asks for, or on nothing: then the Server is nil.
func Listen(o Options) (*Server, error) {
	if o.Addr == "" && o.Socket == "" {
		return nil, nil
	}
	s := &Server{}
	h := pages(&o)
	if o.Addr != "" {
		l, err := net.Listen("tcp", o.Addr)
		if err != nil {
			return nil, fmt.Errorf("admin: %w", err)
		}
		s.tcp = l
		s.serve(l, fromAnywhere(o.Addr, h), o.Log)
	}
	if o.Socket != "" {
		l, err := bindSocket(o.Socket)
		if err != nil {
			s.Close()
			return nil, fmt.Errorf("admin: %w", err)
		}
		s.serve(l, fromThisUser(h), o.Log)
	}
	return s, nil
}

// Addr is the bound TCP address, or nil.
func (s *Server) Addr() net.Addr {
	if s == nil || s.tcp == nil {
		return nil
	}
	return s.tcp.Addr()
}

// serve answers on one listener, which must not be exposed to slow or endless requests more than any other.
func (s *Server) serve(l net.Listener, h http.Handler, log *slog.Logger) {
	srv := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       10 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
		ConnContext:       withPeer,
	}
	s.servers = append(s.servers, srv)
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Error("admin", "addr", l.Addr().String(), "err", err)
		}
	}()
}

// closeTime is how long Close waits for answers that are being given.
const closeTime = time.Second

// Close lets answers that are being given end, briefly, and stops.
func (s *Server) Close() {
	if s == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), closeTime) //nolint:forbidigo // it has no caller but the process's end
	defer cancel()
	for _, srv := range s.servers {
		if srv.Shutdown(ctx) != nil {
			_ = srv.Close() // what is open then is given up
		}
	}
}

// bindSocket makes a socket that is this user's alone. One that a dead process has left is removed first.
func bindSocket(path string) (net.Listener, error) {
	if info, err := os.Stat(path); err == nil && info.Mode()&os.ModeSocket != 0 {
		if c, err := net.Dial("unix", path); err == nil {
			_ = c.Close()
			return nil, fmt.Errorf("listen unix %s: another process answers there", path)
		}
		if err := os.Remove(path); err != nil {
			return nil, err
		}
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		_ = l.Close() // the error is the reason
		return nil, err
	}
	return l, nil
}
