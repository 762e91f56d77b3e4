package grpc_test

import (
	"bytes"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/grpc"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// gateway is two connections of one call after the other: a client's, a server's, and between them our server and client sessions.
type gateway struct {
	client, near, far, server codecs.Session
	out                       wire.Out
	buf                       []byte
}

func newGateway(b *testing.B) *gateway {
	set := codecs.Settings{Addr: "server:50051"}
	c := grpc.Codec()
	g := &gateway{client: c.Session(codecs.Client, set), near: c.Session(codecs.Server, set), far: c.Session(codecs.Client, set), server: c.Session(codecs.Server, set)}
	for _, p := range [][2]codecs.Session{{g.client, g.near}, {g.far, g.server}} {
		for range 2 {
			g.carry(b, p[0], p[1], nil)
			g.carry(b, p[1], p[0], nil)
		}
	}
	return g
}

// carry lets from say what it owes, and to read it.
func (g *gateway) carry(b *testing.B, from, to codecs.Session, each func(*codecs.Message)) {
	none := codecs.Message{}
	if _, err := from.Encode(&g.out, &none); err != nil {
		b.Fatal(err)
	}
	g.buf = g.out.AppendTo(g.buf[:0])
	g.out.Reset()
	for p := g.buf; len(p) > 0; {
		var m codecs.Message
		n, err := to.Decode(&m, p)
		if n == 0 || err != nil {
			b.Fatalf("%d bytes: %d taken, %v", len(p), n, err)
		}
		if each != nil {
			each(&m)
		}
		p = p[n:]
	}
}

func (g *gateway) say(b *testing.B, s codecs.Session, m *codecs.Message) {
	if more, err := s.Encode(&g.out, m); more || err != nil {
		b.Fatal(more, err)
	}
}

// BenchmarkUnary is a unary call that passes: the work of its four sessions, of which the two outer ones stand for the peers.
func BenchmarkUnary(b *testing.B) {
	g := newGateway(b)
	payload := bytes.Repeat([]byte("x"), 1<<10)
	var next codecs.Session
	pass := func(m *codecs.Message) {
		switch m.Kind {
		case codecs.Request, codecs.Reply, codecs.Data:
			g.say(b, next, m)
		case codecs.None, codecs.Hello, codecs.Oneway, codecs.Window, codecs.Cancel, codecs.Ping, codecs.Pong, codecs.Goaway, codecs.Control:
		}
	}
	id := uint64(1)
	b.ReportAllocs()
	for b.Loop() {
		m := codecs.Message{Kind: codecs.Request, ID: id, End: true, Body: wire.Borrow(payload)}
		m.Service, m.Method, m.Format = "acme.Users", "GetUser", codecs.Format{Encoding: "proto", Shape: codecs.Args}
		m.Meta = codecs.Meta{Pairs: pairs, Loaded: true}
		g.say(b, g.client, &m)
		next = g.far
		g.carry(b, g.client, g.near, pass)
		g.carry(b, g.far, g.server, nil)
		r := codecs.Message{Kind: codecs.Reply, ID: id, End: true, Body: wire.Borrow(payload)}
		r.Format = codecs.Format{Encoding: "proto", Shape: codecs.Value}
		g.say(b, g.server, &r)
		next = g.near
		g.carry(b, g.server, g.far, pass)
		g.carry(b, g.near, g.client, nil)
		id += 2
	}
}

var pairs = []codecs.Pair{{Key: "tenant", Value: "acme"}}

// BenchmarkExchange is the mapping alone: reading one unary request and writing its reply.
func BenchmarkExchange(b *testing.B) {
	x := exchange(codecs.Server)
	in := start("tenant: acme", "user-agent: grpc-go/1.85.0", "grpc-timeout: 5000m")
	payload := []byte(prefixed(0, string(bytes.Repeat([]byte("x"), 1<<10))))
	var p parts
	b.ReportAllocs()
	for b.Loop() {
		x.(interface{ Reset() }).Reset()
		var m codecs.Message
		if err := x.Head(&m, in, false); err != nil {
			b.Fatal(err)
		}
		m = codecs.Message{}
		if _, err := x.Data(&m, payload, true); err != nil {
			b.Fatal(err)
		}
		p.reset()
		m.Kind = codecs.Reply
		m.Format.Zip = ""
		m.Status.Native.Of = "grpc"
		if err := x.Write(&p.Parts, &m); err != nil {
			b.Fatal(err)
		}
	}
}
