package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/show"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// client calls one server, with JSON in and out: a bridge that listens nowhere, with one cluster, entered at the head of its
// chain.
type client struct{ bridge *bridge.Bridge }

// clientOptions say whom a client calls. Contracts may be nil: then types are what the call says, or generic.
type clientOptions struct {
	protocol, addr string
	version        string // of the protocol's wires; "": the usual one
	encoding       string // of bodies; "": the protocol's first
	options        map[string]string
	tls            *config.ClientTLS
	contracts      []config.Contract
	tell           func(format string, args ...any) // nil: nobody is told what goes over the wire
}

func newClient(o clientOptions) (*client, error) {
	const cluster = "server"
	options := map[string]string{}
	maps.Copy(options, o.options)
	if o.version != "" {
		options[codecs.OptionVersion] = o.version
	}
	list := all.Codecs()
	if o.tell != nil {
		book, err := bridge.ReadContracts(o.contracts, nil, all.Schemas())
		if err != nil {
			return nil, located{err}
		}
		list = tapped(list, show.New(all.Encodings(), book), o.tell)
	}
	b, err := build(bridge.Options{Codecs: list, Log: slog.New(slog.DiscardHandler), Config: &config.Config{
		Clusters:  []config.Cluster{{Name: cluster, Protocol: o.protocol, Endpoints: []string{o.addr}, Encoding: o.encoding, Options: options, TLS: o.tls}},
		Contracts: o.contracts,
		Routes: route.Rules{
			Clusters: []string{cluster},
			Rules:    []route.Rule{{At: "rules[0]", Match: route.Match{Service: "*"}, To: []route.Split{{Cluster: cluster, Weight: 1}}}},
		},
	}})
	if err != nil {
		return nil, err
	}
	return &client{b}, nil
}

func (c *client) close() { c.bridge.Close() }

// request is one call. args is JSON, as the body of an HTTP call is.
type request struct {
	service, method, version, group string
	descriptor                      string
	typed                           bool // the descriptor says all types, even if it is empty
	args                            []byte
	meta                            []codecs.Pair
	timeout                         time.Duration
	oneway                          bool
}

// open makes the call's first message, without a body.
func (r *request) open() *codecs.Call {
	c := &codecs.Call{
		Rec:  codecs.Record{Start: time.Now()},
		From: codecs.Origin{Protocol: "command", Traits: &codecs.Traits{Stream: true}},
		Req: codecs.Message{Kind: codecs.Request, Bare: true, Header: codecs.Header{
			Service: r.service, Method: r.method, Version: r.version, Group: r.group, Descriptor: r.descriptor, Args: -1,
			Timeout: r.timeout, Format: jsonArgs, Meta: codecs.Meta{Pairs: r.meta, Loaded: true},
		}},
	}
	if r.oneway {
		c.Req.Kind = codecs.Oneway
	}
	if r.typed && r.descriptor == "" {
		c.Req.Args = 0
	}
	return c
}

var jsonArgs = codecs.Format{Encoding: "json", Shape: codecs.Args}

// call makes a call of one message each way and gives its result as JSON. The error is a *failure if the call was answered with
// one.
func (c *client) call(ctx context.Context, r *request) ([]byte, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, r.timeout, fmt.Errorf("no answer within %v", r.timeout))
	defer cancel()
	call := r.open()
	call.Req.End, call.Req.Bare, call.Req.Body = true, false, wire.Copy(r.args)
	m, err := codecs.Wait(ctx, c.bridge.Handler(), call)
	if err != nil {
		return nil, context.Cause(ctx)
	}
	defer m.Release()
	body := bytes.Clone(m.Body.Bytes())
	if m.Status.Code != codecs.OK {
		return nil, newFailure(m.Status, m.Format, body)
	}
	return body, nil
}

// stream makes a call of any number of messages each way: more gives those of the request and io.EOF behind the last, each those of
// the reply. The error is a *failure if the call was answered with one.
func (c *client) stream(ctx context.Context, r *request, more func() ([]byte, error), each func([]byte) error) error {
	ctx, cancel := context.WithTimeoutCause(ctx, r.timeout, fmt.Errorf("no answer within %v", r.timeout))
	defer cancel()
	call := r.open()
	call.Req.Stream = true
	t := codecs.Begin(ctx, c.bridge.Handler(), call)
	defer t.Close()
	sent := make(chan error, 1)
	go func() { sent <- sendAll(t, more) }()
	for {
		m, err := t.Recv()
		if err == io.EOF {
			return <-sent // the request could not be sent whole, and the call was given up
		} else if err != nil {
			return err
		}
		if last, err := read(&m, each); last || err != nil {
			return err
		}
	}
}

// read looks at a message of a reply, and says whether it was the last.
func read(m *codecs.Message, each func([]byte) error) (last bool, err error) {
	defer m.Release()
	body := bytes.Clone(m.Body.Bytes())
	switch {
	case m.End && m.Status.Code != codecs.OK:
		return true, newFailure(m.Status, m.Format, body)
	case !m.Bare && len(body) > 0:
		err = each(body)
	}
	return m.End, err
}

// sendAll sends the messages of a request, and its end.
func sendAll(t *codecs.Talk, more func() ([]byte, error)) error {
	for {
		p, err := more()
		m := codecs.Message{Kind: codecs.Data, Body: wire.Copy(p), Header: codecs.Header{Format: jsonArgs}}
		if err == io.EOF {
			m.Bare, m.End = true, true
		} else if err != nil {
			t.Close()
			return err
		}
		if err := t.Send(&m); err != nil || m.End {
			return nil // how the call ended is for Recv to tell
		}
	}
}

// failure is how a call failed, and the exception if the service threw one.
type failure struct {
	status codecs.Status
	thrown *thrown // nil: none, or one that cannot be read
}

// thrown is an exception in its neutral form.
type thrown struct {
	Class   string          `json:"class"`
	Message string          `json:"message"`
	Fields  json.RawMessage `json:"fields"`
	Cause   json.RawMessage `json:"cause"`
}

func newFailure(s codecs.Status, f codecs.Format, body []byte) *failure {
	if f.Shape == codecs.Thrown {
		var t thrown
		if json.Unmarshal(body, &t) == nil {
			return &failure{s, &t}
		}
	}
	return &failure{s, nil}
}

func (f *failure) Error() string {
	t := f.thrown
	if t == nil {
		return f.status.String()
	}
	s := fmt.Sprintf("%v: %s: %s", f.status.Code, t.Class, t.Message)
	for _, part := range []struct {
		name string
		json json.RawMessage
	}{{"fields", t.Fields}, {"cause", t.Cause}} {
		if text := string(part.json); text != "" && text != "null" && text != "{}" {
			s += "\n" + part.name + ": " + text
		}
	}
	return s
}
