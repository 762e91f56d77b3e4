//go:build unix

package std

import (
	"errors"
	"net"
	"syscall"

	"golang.org/x/sys/unix"
)

// segments is how many one system call takes (IOV_MAX on Linux and the BSDs).
const segments = 1024

// tryWriter writes without blocking. It is used under its connection's mutex.
type tryWriter struct {
	raw  syscall.RawConn
	bufs net.Buffers
	err  error
	once func(fd uintptr) bool // made once, so that a write allocates nothing
}

// newTryWriter gives nil for what is no plain socket.
func newTryWriter(nc net.Conn) *tryWriter {
	switch nc.(type) {
	case *net.TCPConn, *net.UnixConn:
	default:
		return nil
	}
	raw, err := nc.(syscall.Conn).SyscallConn()
	if err != nil {
		return nil
	}
	w := &tryWriter{raw: raw}
	w.once = w.writev
	return w
}

// write sends as much of bufs as the socket takes now, and gives what is left of them.
func (w *tryWriter) write(bufs net.Buffers) (net.Buffers, error) {
	w.bufs, w.err = bufs, nil
	if err := w.raw.Write(w.once); err != nil {
		w.err = err
	}
	bufs, w.bufs = w.bufs, nil
	return bufs, w.err
}

func (w *tryWriter) writev(fd uintptr) bool {
	for len(w.bufs) > 0 {
		n, err := w.some(int(fd))
		switch {
		case errors.Is(err, unix.EINTR):
			continue
		case errors.Is(err, unix.EAGAIN):
			return true
		case err != nil:
			w.err = err
			return true
		}
		short := n < size(w.bufs[:min(len(w.bufs), segments)])
		w.bufs = skip(w.bufs, n)
		if short {
			return true
		}
	}
	return true
}

func (w *tryWriter) some(fd int) (int, error) {
	if len(w.bufs) == 1 {
		return unix.Write(fd, w.bufs[0])
	}
	return unix.Writev(fd, w.bufs[:min(len(w.bufs), segments)])
}

// skip drops the first n bytes, in place.
func skip(bufs net.Buffers, n int) net.Buffers {
	for len(bufs) > 0 && n >= len(bufs[0]) {
		n -= len(bufs[0])
		bufs = bufs[1:]
	}
	if n > 0 {
		bufs[0] = bufs[0][n:]
	}
	return bufs
}
