package h2_test

import (
	"bytes"
	"flag"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/codectest/h2text"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

var _ = flag.Bool("update", false, "write the output of transcripts anew")

const fixtures = "../../fixtures/h2"

func notation() codectest.Notation { return h2text.New() }

func TestH2(t *testing.T) { codectest.Run(t, echoCodec, fixtures, notation) }

func FuzzH2(f *testing.F) { codectest.Fuzz(f, echoCodec, fixtures, notation) }

func TestUnary(t *testing.T) {
	w := newWired(t, echoCodec)
	m := request(1, "hello", true)
	m.Bare, m.Body = false, wire.Copy([]byte("ping"))
	w.client.do(m)
	w.move()
	w.server.expect("request 1 svc.hello bare", `data 1 "ping" end`)
	w.server.do(reply(1, "pong", codecs.Status{}))
	w.move()
	w.client.expect("reply 1 bare", `data 1 "pong" end`)
}

func TestLargeBothWays(t *testing.T) {
	w := newWired(t, echoCodec)
	large := bytes.Repeat([]byte("0123456789abcdef"), 1<<16) // 1 MiB: over every window
	var in, back int
	w.server.each = func(m *codecs.Message, _ error) { in += m.Body.Len() }
	w.client.each = func(m *codecs.Message, _ error) { back += m.Body.Len() }
	m := request(1, "large", true)
	m.Bare, m.Body = false, wire.Copy(large)
	w.client.do(m)
	w.move()
	w.server.do(reply(1, string(large), codecs.Status{}))
	w.move()
	if in != len(large) || back != len(large) {
		t.Errorf("%d bytes there, %d bytes back, want %d", in, back, len(large))
	}
	if len(w.client.waits)+len(w.server.waits) > 0 {
		t.Error("something still waits")
	}
}

// TestUnread: a connection holds no more than its share of bytes that nobody reads, and goes on when somebody does.
func TestUnread(t *testing.T) {
	const share, window = 64 << 20, 4 << 20
	w := newWired(t, echoCodec)
	w.server.keeps = true
	unread, credits := 0, map[uint64]uint32{}
	w.server.each = func(m *codecs.Message, _ error) {
		unread += m.Body.Len()
		credits[m.ID] += m.Credit
	}
	const streams, size = 768, 256 << 10
	for i := range uint64(streams) {
		w.client.do(request(2*i+1, "upload", false))
		w.client.do(data(2*i+1, string(make([]byte, size)), false))
		w.move()
	}
	if unread < share || unread > share+window {
		t.Errorf("%d bytes came that nobody reads", unread)
	}
	for len(credits) > 0 {
		for id, n := range credits {
			delete(credits, id)
			w.server.do(codecs.Message{Kind: codecs.Window, ID: id, Credit: n})
		}
		w.move()
	}
	if unread != streams*size || len(w.client.waits) > 0 {
		t.Errorf("%d bytes of %d came, %d messages wait", unread, streams*size, len(w.client.waits))
	}
}
