package grpc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// exchange makes one stream. Settings are "name=value".
func exchange(side codecs.Side, options ...string) h2.Exchange {
	set := codecs.Settings{Addr: "server:50051", Options: map[string]string{}}.WithDefaults()
	for _, o := range options {
		name, value, _ := strings.Cut(o, "=")
		set.Options[name] = value
	}
	return grpc.Mapping{}.Exchange(side, &set)
}

// block makes a header block of "name: value" lines.
func block(lines ...string) []h2.Field {
	var list []h2.Field
	for _, line := range lines {
		i := strings.Index(line[1:], ":") + 1
		list = append(list, h2.Field{Name: line[:i], Value: strings.TrimPrefix(line[i+1:], " ")})
	}
	return list
}

// lines is the opposite of block.
func lines(b []h2.Field) []string {
	var list []string
	for _, f := range b {
		list = append(list, f.Name+": "+f.Value)
	}
	return list
}

// start is the head of a plain request, and more.
func start(more ...string) []h2.Field {
	return block(append([]string{":method: POST", ":scheme: http", ":path: /acme.Users/GetUser", ":authority: server:50051",
		"content-type: application/grpc", "te: trailers"}, more...)...)
}

// answer is the head of a plain reply, and more.
func answer(more ...string) []h2.Field {
	return block(append([]string{":status: 200", "content-type: application/grpc"}, more...)...)
}

// say shows a message in one line: what differs from nothing.
func say(m *codecs.Message, err error) string {
	var b strings.Builder
	b.WriteString(m.Kind.String())
	for _, f := range []struct {
		on   bool
		name string
	}{{m.Bare, "bare"}, {m.Part, "part"}, {m.End, "end"}} {
		if f.on {
			b.WriteString(" " + f.name)
		}
	}
	if m.Size > 0 {
		fmt.Fprintf(&b, " of %d", m.Size)
	}
	if m.Service != "" {
		b.WriteString(" " + m.Service + " " + m.Method)
	}
	if m.Timeout > 0 {
		b.WriteString(" " + m.Timeout.String())
	}
	if m.Format.Zip != "" {
		b.WriteString(" zip " + m.Format.Zip)
	}
	if m.Kind == codecs.Reply || m.Kind == codecs.Data {
		if m.Status.Code != codecs.OK || m.Status.Native.Code != 0 {
			fmt.Fprintf(&b, " %s (%d)", m.Status, m.Status.Native.Code)
		}
	}
	if !m.Bare && m.Body.Len() > 0 {
		fmt.Fprintf(&b, " %q", clip(string(m.Body.Bytes())))
	}
	for _, p := range m.Meta.Pairs {
		b.WriteString(" " + p.Key + "=" + p.Value)
	}
	if err != nil {
		fmt.Fprintf(&b, " error %s: %v", codecs.StatusOf(err).Code, err)
	}
	return b.String()
}

func clip(s string) string {
	if len(s) > 40 {
		return fmt.Sprintf("%s…%d", s[:40], len(s))
	}
	return s
}

// head reads a block that opens a half.
func head(x h2.Exchange, b []h2.Field, end bool) string {
	var m codecs.Message
	err := x.Head(&m, b, end)
	return say(&m, err)
}

// read gives what an Exchange makes of payload, each part one DATA frame; the last one ends the stream if end is set.
func read(t testing.TB, x h2.Exchange, end bool, frames ...string) []string {
	t.Helper()
	var list []string
	for i, frame := range frames {
		p, last := []byte(frame), end && i == len(frames)-1
		for {
			var m codecs.Message
			n, err := x.Data(&m, p, last)
			if n == 0 && len(p) > 0 && err == nil || n > len(p) {
				t.Fatalf("Data took %d of %d bytes", n, len(p))
			}
			if m.Kind != codecs.None || err != nil {
				list = append(list, say(&m, err))
			}
			if p = p[n:]; len(p) == 0 || err != nil {
				break
			}
		}
	}
	return list
}

// prefixed is a message on the wire.
func prefixed(flag byte, body string) string {
	n := len(body)
	return string([]byte{flag, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}) + body
}

// written is what an Exchange makes of a message.
type written struct {
	Head, Tail []string
	Payload    string
	Reset      bool
	Err        string
}

func write(x h2.Exchange, m codecs.Message) written {
	var p h2.Parts
	if err := x.Write(&p, &m); err != nil {
		return written{Err: err.Error()}
	}
	w := written{Head: lines(p.Head), Tail: lines(p.Tail), Payload: string(p.Prefix), Reset: p.Reset}
	if !m.Bare {
		w.Payload += string(m.Body.Bytes())
	}
	m.Release()
	return w
}

func body(s string) wire.Body { return wire.Borrow([]byte(s)) }

// parts is used again and again, as a session does.
type parts struct{ h2.Parts }

func (p *parts) reset() {
	p.Head, p.Prefix, p.Tail, p.Reset = p.Head[:0], p.Prefix[:0], p.Tail[:0], false
}
