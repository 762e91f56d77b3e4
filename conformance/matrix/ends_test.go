package matrix

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/bridge/engine/std"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// party is one way to call and to be called: a protocol with an encoding of bodies.
type party struct {
	name, protocol string
	encoding       string            // of bodies; "": the protocol's usual one
	options        map[string]string // of its clients
}

func (p *party) codec(t *testing.T) codecs.Codec {
	t.Helper()
	c, ok := codecs.Find(all.Codecs(), p.protocol, p.options[codecs.OptionVersion])
	if !ok {
		t.Fatalf("no protocol for %s", p.name)
	}
	return c
}

// settings are what a cluster of such servers says besides.
func (p *party) settings() (s string) {
	if p.encoding != "" {
		s += ", encoding: " + p.encoding
	}
	var options []string
	for k, v := range p.options {
		options = append(options, fmt.Sprintf("%s: %q", k, v))
	}
	return s + ", options: {" + strings.Join(options, ", ") + "}"
}

// format is how requests are written.
func (p *party) format(t *testing.T) codecs.Format {
	t.Helper()
	for _, f := range p.codec(t).Traits().Formats {
		if p.encoding == "" || f.Encoding == p.encoding {
			return f
		}
	}
	t.Fatalf("%s: no encoding %s", p.name, p.encoding)
	return codecs.Format{}
}

// world is every party as a server, a gateway in front of each, and every party as a client of every gateway.
type world struct {
	t         *testing.T
	book      *contract.Index
	encodings map[string]codecs.Encoding
	servers   map[string]*server
	clients   map[[2]string]*upstream.Cluster // caller's name, server's name
	wheel     *clock.Wheel
	engine    std.Engine
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, book: newBook(t), encodings: map[string]codecs.Encoding{}, servers: map[string]*server{},
		clients: map[[2]string]*upstream.Cluster{}, wheel: clock.New()}
	t.Cleanup(w.wheel.Close)
	for _, e := range all.Encodings() {
		w.encodings[e.Name()] = e
	}
	for i := range parties {
		to := &parties[i]
		s := w.serve(to)
		w.servers[to.name] = s
		addr := w.gateway(to, s.addr)
		for j := range parties {
			from := &parties[j]
			c := upstream.New(upstream.Options{Name: from.name, Codec: from.codec(t), Addrs: []string{addr}, Engine: &w.engine, Timeout: patience,
				Settings: codecs.Settings{Options: from.options}})
			w.clients[[2]string{from.name, to.name}] = c
			t.Cleanup(c.Close)
		}
	}
	return w
}

// patience is for what takes no time.
const patience = 10 * time.Second

const listen = "127.0.0.1:0"

// gateway starts a dragoman in front of a server, and gives its address.
func (w *world) gateway(to *party, addr string) string {
	w.t.Helper()
	text := fmt.Sprintf("listen: [{addr: %q}]\nadmin: {addr: off}\nclusters:\n  server: {protocol: %s, endpoints: [%q]%s}\nrules:\n- {match: {service: \"*\", method: slow}, to: server, policy: {timeout: 50ms}}\n- {match: {service: \"*\"}, to: server}\n",
		listen, to.protocol, addr, to.settings())
	var known config.Known
	for _, c := range all.Codecs() {
		known.Protocols = append(known.Protocols, codecs.Protocol(c))
	}
	conf, err := config.Parse("matrix.yaml", []byte(text), known)
	if err != nil {
		w.t.Fatal(err)
	}
	conf.Contracts = contracts()
	b, err := bridge.New(bridge.Options{Codecs: all.Codecs(), Encodings: all.Encodings(), Schemas: all.Schemas(), Log: slog.New(slog.DiscardHandler), Config: conf})
	if err != nil {
		w.t.Fatal(err)
	}
	if err := b.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = b.Drain(ctx) // the error is that it did not wait
	})
	return b.Addrs()[listen].String()
}

// server is the server half of a protocol. What it answers is set before each call.
type server struct {
	addr     string
	listener engine.Listener
	engine   std.Engine
	conns    engine.Conns

	mu     sync.Mutex
	answer func(c *codecs.Call, back codecs.Stream)
}

// answers sets what the next calls are answered with: on the home of the call, whose request is whole.
func (s *server) answers(f func(c *codecs.Call, back codecs.Stream)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = f
}

func (s *server) open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	s.mu.Lock()
	f := s.answer
	s.mu.Unlock()
	f(c, back)
	return codecs.Gone
}

// unary is a codec without streams, so that requests are made whole.
type unary struct{ codecs.Codec }

func (unary) Traits() codecs.Traits { return codecs.Traits{} }

func (w *world) serve(p *party) *server {
	w.t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		w.t.Fatal(err)
	}
	codec := p.codec(w.t)
	traits := codec.Traits()
	s := &server{addr: l.Addr().String()}
	within := map[string]*upstream.Cluster{"": upstream.New(upstream.Options{Codec: unary{codec}})}
	gather := filter.Gather(within, 1<<20)(codecs.HandlerFunc(s.open))
	h := codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		c.Plan = &route.Choice{}
		c.From.Traits = &traits
		return gather.Open(c, back)
	})
	s.listener = engine.Listener{Net: l, Engine: &s.engine, Log: slog.New(slog.DiscardHandler), Servers: []*engine.Server{{
		Handler: func() codecs.Handler { return h }, Codec: codec, Wheel: w.wheel, Conns: &s.conns,
	}}}
	done := make(chan error, 1)
	go func() { done <- s.listener.Serve() }()
	w.t.Cleanup(func() {
		_ = s.listener.Close() // it can only have been closed before
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_ = s.engine.Drain(ctx) // the error is that it did not wait
		if err := <-done; err != nil && err != io.EOF {
			w.t.Error(err)
		}
	})
	return s
}

// request makes a call of one message.
func (w *world) request(from *party, method string, body []byte) *codecs.Call {
	c := &codecs.Call{Rec: codecs.Record{Start: time.Now()}}
	c.Req = codecs.Message{Kind: codecs.Request, End: true, Body: wire.Copy(body)}
	c.Req.Header = codecs.Header{Service: service, Method: method, Args: -1, Format: from.format(w.t), Meta: codecs.Meta{Loaded: true}, Timeout: patience}
	if m := w.method(method); m != nil {
		c.Req.Args, c.Req.Descriptor = int16(len(m.Params.Fields)), m.Descriptor
	}
	return c
}

func (w *world) method(name string) *contract.Method {
	found := w.book.Lookup(service, "", "", name, "", -1)
	if len(found) == 0 {
		return nil
	}
	return found[0]
}

// call has a party call a server of another through that one's gateway.
func (w *world) call(ctx context.Context, from, to *party, c *codecs.Call) (codecs.Message, error) {
	cluster := w.clients[[2]string{from.name, to.name}]
	e := cluster.Pick("")
	h := filter.Collect(1 << 20)(filter.Forward)
	return codecs.Wait(ctx, filter.Inside()(codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		c.To = codecs.Target{Addr: e.Addr, Protocol: from.protocol, Codec: cluster.Codec, Traits: &cluster.Traits, Session: e.Session(), Via: e}
		return h.Open(c, back)
	})), c)
}

// write makes the body of a value given as JSON: of the arguments of a request, or of a result.
func (w *world) write(f codecs.Format, m *contract.Method, json string) ([]byte, error) {
	source := codecs.Format{Encoding: "json", Shape: f.Shape}
	text := json
	if f.Shape == codecs.Args {
		text = "[" + json + "]"
	}
	r := w.encodings["json"].Reader(wire.Borrow([]byte(text)), source, nil)
	defer r.Close()
	var out wire.Out
	want := m.Params
	if f.Shape != codecs.Args {
		want = m.Result
	}
	wr := w.encodings[f.Encoding].Writer(&out, f, want)
	var err error
	if f.Shape == codecs.Args {
		_, err = token.CopyArgs(wr, r, m)
	} else {
		_, err = token.Copy(wr, r, want)
	}
	if e := wr.Close(); err == nil {
		err = e
	}
	return out.AppendTo(nil), err
}

// result is the format of a result in the place of f's requests.
func result(f codecs.Format) codecs.Format {
	f.Shape = codecs.Value
	return f
}
