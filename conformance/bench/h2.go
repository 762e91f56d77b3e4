package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"sync"

	"golang.org/x/net/http2/hpack"
)

// HTTP/2 as far as the trial needs it, for both sides. It shares no code with dragoman.

// Kinds and flags of frames (RFC 9113 §6).
const (
	frameData     = 0
	frameHeaders  = 1
	frameReset    = 3
	frameSettings = 4
	framePing     = 6
	frameGoaway   = 7
	frameWindow   = 8

	flagEnd        = 1
	flagAck        = 1
	flagEndHeaders = 4
	flagPadded     = 8
	flagPriority   = 32
)

const (
	frameHead    = 9        // bytes in front of a payload
	frameMax     = 16 << 10 // bytes of a payload, which nobody here asks to be more
	connWindow   = 1 << 30  // bytes that the peer may send on the connection; given back in halves
	firstWindow  = 65535    // of connections and streams, until something else is said
	flushOver    = 64 << 10 // bytes that are written together
	settingFirst = 4        // SETTINGS_INITIAL_WINDOW_SIZE
)

type h2frame struct {
	kind, flags byte
	id          uint32
	p           []byte // valid until the next is read
}

// h2conn is one connection. Reading is for one goroutine; what is written is guarded by mu, for streams go on by themselves.
type h2conn struct {
	nc   net.Conn
	r    *bufio.Reader
	last int // bytes of the frame read last, still in r
	due  int // bytes of DATA not yet given back to the connection's window

	mu      sync.Mutex
	moved   sync.Cond // a window has, or the connection is lost
	out     []byte
	block   bytes.Buffer
	enc     *hpack.Encoder
	window  int // bytes that we may send on the connection
	initial int // and on a new stream
	streams map[uint32]int
	lost    bool
}

// newH2 says what a side says first. window is for each stream that the peer sends on, in bytes.
func newH2(nc net.Conn, client bool, window uint32) *h2conn {
	c := &h2conn{nc: nc, r: bufio.NewReaderSize(nc, 64<<10), window: firstWindow, initial: firstWindow, streams: map[uint32]int{}}
	c.moved.L = &c.mu
	c.enc = hpack.NewEncoder(&c.block)
	if client {
		c.out = append(c.out, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"...)
	}
	c.out = appendFrame(c.out, 6, frameSettings, 0, 0)
	c.out = binary.BigEndian.AppendUint32(append(c.out, 0, settingFirst), window)
	c.out = appendWindow(c.out, 0, connWindow)
	return c
}

func appendFrame(b []byte, n int, kind, flags byte, id uint32) []byte {
	return binary.BigEndian.AppendUint32(append(b, byte(n>>16), byte(n>>8), byte(n), kind, flags), id)
}

func appendWindow(b []byte, id, n uint32) []byte {
	return binary.BigEndian.AppendUint32(appendFrame(b, 4, frameWindow, 0, id), n)
}

// headers appends a header block. Called under mu.
func (c *h2conn) headers(id uint32, flags byte, fields []hpack.HeaderField) {
	c.block.Reset()
	for _, f := range fields {
		_ = c.enc.WriteField(f) // a buffer takes everything
	}
	c.out = appendFrame(c.out, c.block.Len(), frameHeaders, flags|flagEndHeaders, id)
	c.out = append(c.out, c.block.Bytes()...)
}

// data appends payload, in frames that anybody takes. Called under mu.
func (c *h2conn) data(id uint32, flags byte, p []byte) {
	c.window -= len(p)
	for len(p) > frameMax {
		c.out = append(appendFrame(c.out, frameMax, frameData, 0, id), p[:frameMax]...)
		p = p[frameMax:]
	}
	c.out = append(appendFrame(c.out, len(p), frameData, flags, id), p...)
}

// flush writes what was appended. Called under mu.
func (c *h2conn) flush() error {
	if len(c.out) == 0 {
		return nil
	}
	_, err := c.nc.Write(c.out)
	c.out = c.out[:0]
	return err
}

// pending says whether the head of a frame has arrived already.
func (c *h2conn) pending() bool { return c.r.Buffered()-c.last >= frameHead }

// read gives the next frame of a stream, and sees to those of the connection.
func (c *h2conn) read() (h2frame, error) {
	for {
		_, err := c.r.Discard(c.last)
		c.last = 0
		if err != nil {
			return h2frame{}, err
		}
		h, err := c.r.Peek(frameHead)
		if err != nil {
			return h2frame{}, err
		}
		n := int(h[0])<<16 | int(h[1])<<8 | int(h[2])
		f := h2frame{kind: h[3], flags: h[4], id: binary.BigEndian.Uint32(h[5:])}
		if h, err = c.r.Peek(frameHead + n); err != nil {
			return h2frame{}, err
		}
		f.p, c.last = h[frameHead:], frameHead+n
		if err := c.take(&f); err != nil {
			return h2frame{}, err
		}
		if f.kind == frameData || f.kind == frameHeaders || f.kind == frameReset {
			return f, nil
		}
	}
}

// take sees to what a frame means for the connection.
func (c *h2conn) take(f *h2frame) error {
	switch f.kind {
	case frameData:
		return c.received(f)
	case frameHeaders:
		return c.bare(f, f.flags&flagPriority != 0)
	case frameReset:
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.streams, f.id)
		c.moved.Broadcast()
		return nil
	case frameGoaway:
		return fmt.Errorf("GOAWAY %x", f.p)
	case frameSettings, framePing, frameWindow:
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.control(f)
	}
	return nil
}

// received takes the padding off a DATA frame and gives its bytes back to the connection.
func (c *h2conn) received(f *h2frame) error {
	if c.due += len(f.p); c.due > connWindow/2 {
		c.mu.Lock()
		c.out = appendWindow(c.out, 0, uint32(c.due))
		c.mu.Unlock()
		c.due = 0
	}
	return c.bare(f, false)
}

// bare takes off what stands around a payload.
func (c *h2conn) bare(f *h2frame, priority bool) error {
	pad := 0
	if f.flags&flagPadded != 0 && len(f.p) > 0 {
		pad = int(f.p[0])
		f.p = f.p[1:]
	}
	if priority {
		pad += 5
	}
	if pad > len(f.p) {
		return fmt.Errorf("frame %d: padding %d of %d", f.kind, pad, len(f.p))
	}
	if priority {
		f.p, pad = f.p[5:], pad-5
	}
	f.p = f.p[:len(f.p)-pad]
	return nil
}

// control takes a frame about the connection. Called under mu.
func (c *h2conn) control(f *h2frame) error {
	switch {
	case f.kind == framePing && f.flags&flagAck == 0:
		c.out = append(appendFrame(c.out, len(f.p), framePing, flagAck, 0), f.p...)
	case f.kind == frameSettings && f.flags&flagAck == 0:
		for p := f.p; len(p) >= 6; p = p[6:] {
			if binary.BigEndian.Uint16(p) != settingFirst {
				continue
			}
			v := int(binary.BigEndian.Uint32(p[2:]))
			for id := range c.streams {
				c.streams[id] += v - c.initial
			}
			c.initial = v
		}
		c.out = appendFrame(c.out, 0, frameSettings, flagAck, 0)
	case f.kind == frameWindow && len(f.p) == 4:
		n := int(binary.BigEndian.Uint32(f.p))
		if f.id == 0 {
			c.window += n
		} else if w, ok := c.streams[f.id]; ok {
			c.streams[f.id] = w + n
		}
	default:
		return nil
	}
	c.moved.Broadcast()
	return c.flush()
}
