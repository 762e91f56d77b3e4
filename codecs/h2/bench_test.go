package h2_test

import (
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// lean is a mapping with the header fields of gRPC and no work of its own, so that what is measured is the session.
type lean struct{}

func (lean) Name() string { return "lean" }
func (lean) Traits() codecs.Traits {
	return codecs.Traits{Formats: []codecs.Format{{Encoding: "lean"}}}
}
func (lean) Claims([]h2.Field) bool { return true }
func (lean) Exchange(side codecs.Side, _ *codecs.Settings) h2.Exchange {
	return &leanExchange{side: side}
}

type leanExchange struct{ side codecs.Side }

func (x *leanExchange) Reset() {}

func (x *leanExchange) Head(m *codecs.Message, block []h2.Field, end bool) error {
	m.Kind, m.Bare, m.End = codecs.Request, true, end
	if x.side == codecs.Client {
		m.Kind = codecs.Reply
		return nil
	}
	m.Method, _ = h2.Get(block, ":path")
	return nil
}

func (x *leanExchange) Data(m *codecs.Message, p []byte, end bool) (int, error) {
	m.Kind, m.End = codecs.Data, end
	m.Body = wire.Borrow(p[min(5, len(p)):])
	return len(p), nil
}

func (x *leanExchange) Trailers(m *codecs.Message, _ []h2.Field) error {
	m.Kind, m.Bare, m.End = codecs.Data, true, true
	return nil
}

func (x *leanExchange) Write(p *h2.Parts, m *codecs.Message) error {
	switch m.Kind {
	case codecs.Request:
		p.Head = append(p.Head, h2.Field{Name: ":method", Value: "POST"}, h2.Field{Name: ":scheme", Value: "http"},
			h2.Field{Name: ":path", Value: m.Method}, h2.Field{Name: ":authority", Value: "127.0.0.1:8080"},
			h2.Field{Name: "content-type", Value: "application/grpc"}, h2.Field{Name: "user-agent", Value: "grpc-go/1.85.0"},
			h2.Field{Name: "te", Value: "trailers"}, h2.Field{Name: "grpc-timeout", Value: "19999876u"})
	case codecs.Reply:
		p.Head = append(p.Head, h2.Field{Name: ":status", Value: "200"}, h2.Field{Name: "content-type", Value: "application/grpc"})
	default: // nothing in front of it
	}
	if !m.Bare {
		p.Prefix = append(p.Prefix, 0, 0, 0, byte(m.Body.Len()>>8), byte(m.Body.Len()))
	}
	if x.side == codecs.Server && m.End {
		p.Tail = append(p.Tail, h2.Field{Name: "grpc-status", Value: "0"})
	}
	return nil
}

// lane is a session with its output, and what comes of what it reads.
type lane struct {
	b    *testing.B
	sess codecs.Session
	out  wire.Out
	m    codecs.Message
	each func(m *codecs.Message)
}

// read decodes everything in p, gives back what messages used, and ends the batch.
func (l *lane) read(p []byte) {
	for len(p) > 0 {
		l.m = codecs.Message{}
		n, err := l.sess.Decode(&l.m, p)
		if n == 0 || err != nil {
			l.b.Fatalf("decode: %d, %v", n, err)
		}
		if l.m.Kind != codecs.None {
			l.each(&l.m)
		}
		p = p[n:]
	}
	l.m = codecs.Message{}
	l.write(&l.m)
}

func (l *lane) write(m *codecs.Message) {
	if more, err := l.sess.Encode(&l.out, m); more || err != nil {
		l.b.Fatalf("encode %v: %v, %v", m.Kind, more, err)
	}
}

// BenchmarkUnary is what a proxy's sessions do for a call: a request written and read, a reply written and read.
func BenchmarkUnary(b *testing.B) {
	codec := h2.New(lean{})
	client := &lane{b: b, sess: codec.Session(codecs.Client, codecs.Settings{})}
	server := &lane{b: b, sess: codec.Session(codecs.Server, codecs.Settings{})}
	body := make([]byte, 1<<10)
	var m codecs.Message
	done := 0
	server.each = func(got *codecs.Message) {
		if !got.End {
			return
		}
		id := got.ID
		m = codecs.Message{Kind: codecs.Reply, ID: id, Bare: true}
		server.write(&m)
		m = codecs.Message{Kind: codecs.Data, ID: id, Body: got.Body}
		server.write(&m)
		m = codecs.Message{Kind: codecs.Data, ID: id, Bare: true, End: true}
		server.write(&m)
	}
	client.each = func(got *codecs.Message) {
		if got.Credit > 0 {
			m = codecs.Message{Kind: codecs.Window, ID: got.ID, Credit: got.Credit}
			client.write(&m)
		}
		if got.End {
			done++
		}
	}
	var wire1, wire2 []byte
	id := uint64(1)
	carry := func() {
		wire1 = client.out.AppendTo(wire1[:0])
		client.out.Reset()
		server.read(wire1)
		wire2 = server.out.AppendTo(wire2[:0])
		server.out.Reset()
		client.read(wire2)
	}
	carry()
	carry()
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		m = codecs.Message{Kind: codecs.Request, ID: id, Bare: true, Header: codecs.Header{Method: "/grpc.testing.TestService/UnaryCall"}}
		client.write(&m)
		m = codecs.Message{Kind: codecs.Data, ID: id, End: true, Body: wire.Borrow(body)}
		client.write(&m)
		carry()
		id += 2
	}
	if done != b.N {
		b.Fatalf("%d of %d calls", done, b.N)
	}
}
