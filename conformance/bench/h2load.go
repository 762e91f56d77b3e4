package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net"
	"time"

	"golang.org/x/net/http2/hpack"
)

// prefixLen is the flag and the length in front of a gRPC message.
const prefixLen = 5

// grpcMessage is a message of one string, field 1.
func grpcMessage(s string) []byte {
	m := binary.AppendUvarint([]byte{1<<3 | 2}, uint64(len(s)))
	m = append(m, s...)
	return append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(m))), m...)
}

func grpcEcho() (request, reply []byte) { return grpcMessage(text), grpcMessage(text) }

func http2Echo() (request, reply []byte) { return []byte(`["` + text + `"]`), []byte(`"` + text + `"`) }

func requestFields(media, host string) []hpack.HeaderField {
	fields := []hpack.HeaderField{
		{Name: ":method", Value: "POST"}, {Name: ":scheme", Value: "http"}, {Name: ":path", Value: "/bench.Echo/call"},
		{Name: ":authority", Value: host}, {Name: "content-type", Value: media}, {Name: "user-agent", Value: "bench"},
	}
	if media == "application/grpc" {
		fields = append(fields, hpack.HeaderField{Name: "te", Value: "trailers"})
	}
	return fields
}

// h2client calls on one connection.
type h2client struct {
	*h2conn
	fields  []hpack.HeaderField
	request []byte
	grpc    bool
	depth   int // calls under way at a time
	calls   []h2call
	next    uint32
	dec     *hpack.Decoder
	seen    said
}

// h2call is a call under way; with id 0 it is over and its memory may be used again.
type h2call struct {
	id   uint32
	head said
	body []byte
}

// said is what a reply's header blocks have said.
type said struct {
	ok, ended bool
	why       string // grpc-message
}

// dialH2 opens a connection whose streams have a window of so many bytes.
func dialH2(protocol, addr string, window uint32, request []byte) (*h2client, error) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	media := "application/json"
	if protocol == "grpc" {
		media = "application/grpc"
	}
	c := &h2client{h2conn: newH2(nc, true, window), fields: requestFields(media, addr), request: request, grpc: protocol == "grpc", next: 1, depth: 1}
	c.dec = hpack.NewDecoder(4096, func(f hpack.HeaderField) {
		c.seen.ok = c.seen.ok || f.Name == ":status" && f.Value == "200"
		c.seen.ended = c.seen.ended || f.Name == "grpc-status" && f.Value == "0"
		if f.Name == "grpc-message" {
			c.seen.why = f.Value
		}
	})
	return c, nil
}

func (c *h2client) Close() error { return c.nc.Close() }

// begin appends a call.
func (c *h2client) begin() {
	i := 0
	for i < len(c.calls) && c.calls[i].id != 0 {
		i++
	}
	if i == len(c.calls) {
		c.calls = append(c.calls, h2call{})
	}
	c.calls[i] = h2call{id: c.next, body: c.calls[i].body[:0]}
	c.headers(c.next, 0, c.fields)
	c.data(c.next, flagEnd, c.request)
	c.next += 2
}

// until calls until then, and gives the number of calls.
func (c *h2client) until(end time.Time) (n int64, err error) {
	for under := 0; ; {
		c.mu.Lock()
		for under < c.depth && c.window >= len(c.request) && time.Now().Before(end) {
			c.begin()
			under++
		}
		err := c.flush()
		c.mu.Unlock()
		if err != nil || under == 0 {
			return n, err
		}
		done, err := c.await()
		if err != nil {
			return n, fmt.Errorf("call %d: %w", n, err)
		}
		n += int64(done)
		under -= done
	}
}

// once makes one call.
func (c *h2client) once() error {
	c.mu.Lock()
	c.begin()
	err := c.flush()
	c.mu.Unlock()
	for done := 0; done == 0 && err == nil; {
		done, err = c.await()
	}
	return err
}

// await reads a frame and all that have come with it, and gives the number of calls that they end.
func (c *h2client) await() (done int, err error) {
	for first := true; first || c.pending(); first = false {
		f, err := c.read()
		if err != nil {
			return done, err
		}
		ended, err := c.got(&f)
		if err != nil {
			return done, err
		}
		if ended {
			done++
		}
	}
	return done, nil
}

// got takes a frame of a call, and checks the reply if that is its last.
func (c *h2client) got(f *h2frame) (ended bool, err error) {
	i := 0
	for i < len(c.calls) && c.calls[i].id != f.id {
		i++
	}
	if i == len(c.calls) {
		return false, fmt.Errorf("a frame %d of stream %d, which is not open", f.kind, f.id)
	}
	call := &c.calls[i]
	switch f.kind {
	case frameReset:
		return false, fmt.Errorf("stream %d was reset: %x", f.id, f.p)
	case frameHeaders:
		c.seen = call.head
		if _, err := c.dec.Write(f.p); err != nil {
			return false, err
		}
		call.head = c.seen
	case frameData:
		call.body = append(call.body, f.p...)
	}
	if f.flags&flagEnd == 0 {
		return false, nil
	}
	call.id = 0
	if !call.head.ok || call.head.ended != c.grpc || !bytes.Contains(call.body, textBytes) {
		return true, fmt.Errorf("a reply of status 200 %v, grpc-status 0 %v, %q, body %.200q", call.head.ok, call.head.ended, call.head.why, call.body)
	}
	return true, nil
}
