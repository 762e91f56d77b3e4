package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/bridge/engine/std"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// sample is a small service that speaks one protocol: our own server half, and behind it the methods in plain JSON.
type sample struct {
	kind
	addr    string
	noticed atomic.Int64 // one-way calls that have come

	listener engine.Listener
	engine   std.Engine
	conns    engine.Conns
	wheel    *clock.Wheel
}

// startSample begins to serve on a free port of loopback.
func startSample(k kind, log *slog.Logger) (*sample, error) {
	book, err := sampleBook()
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &sample{kind: k, addr: l.Addr().String(), wheel: clock.New()}
	encodings := map[string]codecs.Encoding{}
	for _, e := range all.Encodings() {
		encodings[e.Name()] = e
	}
	within := map[string]*upstream.Cluster{inside: upstream.New(upstream.Options{Name: inside, Codec: insideCodec{k.codec}})}
	h := codecs.Handler(codecs.HandlerFunc(s.open))
	for _, stage := range []codecs.Filter{filter.Transcode(encodings, book, codecs.DefaultMaxFrame), filter.Gather(within, codecs.DefaultMaxFrame), s.enter} {
		h = stage(h)
	}
	s.listener = engine.Listener{Net: l, Engine: &s.engine, Log: log, Servers: []*engine.Server{{
		Handler: func() codecs.Handler { return h }, Codec: k.codec, Wheel: s.wheel, Conns: &s.conns,
	}}}
	go func() {
		if err := s.listener.Serve(); err != nil {
			log.Error("sample service", "protocol", s.name, "err", err)
		}
	}()
	return s, nil
}

// close ends what is in flight, too.
func (s *sample) close() {
	_ = s.listener.Close() // it can only have been closed before
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_ = s.engine.Drain(ctx) // the error is that it did not wait
	s.wheel.Close()
}

// insideCodec stands for what the methods speak, so that requests are made whole, and their bodies plain JSON.
type insideCodec struct{ codecs.Codec }

const inside = "inside"

func (insideCodec) Name() string { return inside }

func (insideCodec) Traits() codecs.Traits { return codecs.Traits{} }

// enter is the stage in front of the methods: it checks and takes off what the protocol calls the service.
func (s *sample) enter(next codecs.Handler) codecs.Handler {
	canonical, redis, http := sampleName(s.name)
	name := map[string]string{"redis": redis, "http": http[1:]}[s.protocol]
	if name == "" {
		name = canonical
	}
	return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
		if c.Req.Service != name {
			return codecs.Refuse(c, back, codecs.Status{Code: codecs.NotFound, Text: fmt.Sprintf("sample: %q is not here, %q is", c.Req.Service, name)})
		}
		c.Req.Service, c.Rec.Service, c.Rec.Method = canonical, canonical, c.Req.Method
		c.Plan = &route.Choice{Cluster: inside}
		c.To = codecs.Target{Protocol: inside, Codec: insideCodec{s.codec}, Traits: &codecs.Traits{}, Format: codecs.Format{Encoding: "json", Shape: codecs.Args}}
		return next.Open(c, back)
	})
}

// open answers a call.
func (s *sample) open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	var args []json.RawMessage
	if err := json.Unmarshal(c.Req.Body.Bytes(), &args); err != nil {
		return codecs.Refuse(c, back, codecs.Status{Code: codecs.Invalid, Text: "sample: " + err.Error()})
	}
	method := strings.ToLower(c.Req.Method[:1]) + c.Req.Method[1:]
	c.Req.Release()
	m, after := s.answer(method, args)
	if after == 0 {
		back.Send(&m)
		return codecs.Gone
	}
	time.AfterFunc(after, func() { engine.Post(c, func() { back.Send(&m) }) })
	return codecs.Gone
}

// answer does what a method does, and says how long that takes.
func (s *sample) answer(method string, args []json.RawMessage) (m codecs.Message, after time.Duration) {
	var text string
	var a, b int64
	var wanted int
	switch {
	case method == "echo" && fits(args, &text):
		return result(text), 0
	case method == "sum" && fits(args, &a, &b):
		return result(a + b), 0
	case method == "reserve" && fits(args, &text, &wanted):
		return reserve(text, wanted), 0
	case method == "slow" && fits(args, &wanted):
		return result("done"), time.Duration(min(wanted, 10_000)) * time.Millisecond
	case method == "notice" && fits(args, &text):
		s.noticed.Add(1)
		return codecs.Message{Kind: codecs.Reply, End: true, Bare: true, Header: codecs.Header{Meta: codecs.Meta{Loaded: true}}}, 0
	}
	m = codecs.Message{Kind: codecs.Reply, End: true, Bare: true}
	m.Status = codecs.Status{Code: codecs.Unimplemented, Text: fmt.Sprintf("sample: no method %s with %d such arguments", method, len(args))}
	return m, 0
}

// fits reads the arguments into the variables.
func fits(args []json.RawMessage, into ...any) bool {
	if len(args) != len(into) {
		return false
	}
	for i := range args {
		if json.Unmarshal(args[i], into[i]) != nil {
			return false
		}
	}
	return true
}

const inStock = 7

// reserve gives an order, or the exception of one who asks for too much.
func reserve(sku string, wanted int) codecs.Message {
	if wanted <= inStock {
		return result(map[string]any{
			"id": int64(1)<<53 + 1, "sku": sku, "wanted": wanted, "price": json.RawMessage("19.90"),
			"items": []any{map[string]any{"name": sku, "gift": false}, map[string]any{"name": "a card", "gift": true}},
			"stock": map[string]int{sku: inStock - wanted},
		})
	}
	message := fmt.Sprintf("%d left", inStock)
	m := result(map[string]any{"class": "demo.OutOfStock", "message": message, "fields": map[string]any{"sku": sku, "left": inStock}, "cause": nil})
	m.Status = codecs.Status{Code: codecs.Fault, Text: message}
	m.Format.Shape = codecs.Thrown
	return m
}

// result makes a reply of a value.
func result(v any) codecs.Message {
	body, err := json.Marshal(v)
	if err != nil {
		return codecs.Message{Kind: codecs.Reply, End: true, Bare: true, Header: codecs.Header{Status: codecs.Status{Code: codecs.Internal, Text: err.Error()}}}
	}
	return codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Copy(body), Header: codecs.Header{
		Format: codecs.Format{Encoding: "json", Shape: codecs.Value}, Meta: codecs.Meta{Loaded: true}}}
}
