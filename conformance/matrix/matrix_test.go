package matrix

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// parties are rows and columns. The first six make the matrix; the others are their further wires and encodings.
var parties = []party{
	{name: "redis", protocol: "redis", encoding: "json", options: map[string]string{"props": "yes"}},
	{name: "dubbo", protocol: "dubbo"},
	{name: "hsf", protocol: "hsf", encoding: "hessian2"},
	{name: "bolt", protocol: "bolt", encoding: "hessian2-draft"},
	{name: "grpc", protocol: "grpc"},
	{name: "http", protocol: "http"},
	{name: "http2", protocol: "http", options: map[string]string{"version": "2"}},
	{name: "hsf, 1", protocol: "hsf", encoding: "hessian1"},
	{name: "redis, msgpack", protocol: "redis", encoding: "msgpack", options: map[string]string{"props": "yes"}},
	{name: "bolt, final", protocol: "bolt", encoding: "hessian2"},
}

const grpc = "grpc"

// each runs a test for every ordered pair.
func each(t *testing.T, test func(t *testing.T, w *world, from, to *party)) {
	w := newWorld(t)
	for i := range parties {
		for j := range parties {
			from, to := &parties[i], &parties[j]
			t.Run(from.name+"→"+to.name, func(t *testing.T) { test(t, w, from, to) })
		}
	}
}

// TestValues: every value, given by every party to every other and got back, is on each side what it would have been among its own.
func TestValues(t *testing.T) {
	if len(values) < 60 {
		t.Errorf("%d values", len(values))
	}
	each(t, func(t *testing.T, w *world, from, to *party) {
		for i := range values {
			w.crosses(t, from, to, &values[i])
		}
	})
}

// crosses sends a value there and another of the same back.
func (w *world) crosses(t *testing.T, from, to *party, v *value) {
	t.Helper()
	m := w.method(v.method)
	if v.grpc == refused && (from.protocol == grpc || to.protocol == grpc) {
		w.refuses(t, from, to, v)
		return
	}
	sent, answer := w.own(t, from, codecs.Args, v), w.own(t, to, codecs.Value, v)
	var came string
	w.servers[to.name].answers(func(c *codecs.Call, s codecs.Stream) {
		if c.Req.Service != service || c.Req.Method != v.method {
			t.Errorf("%s: called %s.%s", v.name, c.Req.Service, c.Req.Method)
		}
		came = w.show(t, c.Req.Body, c.Req.Format, m.Params)
		c.Req.Release()
		s.Send(replyOf(answer, result(to.format(t))))
	})
	reply, err := w.call(t.Context(), from, to, w.request(from, v.method, sent))
	if err != nil || reply.Status.Code != codecs.OK {
		t.Errorf("%s: %v, %v", v.name, err, reply.Status)
		return
	}
	defer reply.Release()
	if want := w.want(t, from, to, codecs.Args, v); !same(came, want, v) {
		t.Errorf("%s: the server got %s, want %s", v.name, came, want)
	}
	back := "null"
	if reply.Format.Shape != codecs.Void {
		back = w.show(t, reply.Body, reply.Format, m.Result)
	}
	if want := w.want(t, to, from, codecs.Value, v); !same(back, want, v) {
		t.Errorf("%s: the caller got %s, want %s", v.name, back, want)
	}
}

// same says whether a receiver has what it should. A float is a double in Hessian, and which one is up to the writer: Java's nearest, or
// that of its shortest text.
func same(got, want string, v *value) bool {
	return got == want || v.also != "" && strings.Replace(got, v.also, v.java, 1) == strings.Replace(want, v.also, v.java, 1)
}

func replyOf(body []byte, f codecs.Format) *codecs.Message {
	r := &codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Copy(body)}
	r.Format, r.Meta.Loaded = f, true
	return r
}

// own is a value as a party writes it.
func (w *world) own(t *testing.T, p *party, shape codecs.Shape, v *value) []byte {
	t.Helper()
	return w.said(t, p, shape, v.method, v.json)
}

func (w *world) said(t *testing.T, p *party, shape codecs.Shape, method, json string) []byte {
	t.Helper()
	f := p.format(t)
	if shape == codecs.Value {
		f = result(f)
	}
	body, err := w.write(f, w.method(method), json)
	if err != nil {
		t.Errorf("%s: %s cannot say it: %v", json, p.name, err)
	}
	return body
}

// want is what a party must see of a value that another wrote: by the list, where its syntax is in the list, and else what it reads of
// what it would write itself.
func (w *world) want(t *testing.T, from, to *party, shape codecs.Shape, v *value) string {
	t.Helper()
	json, m := v.json, w.method(v.method)
	if from.protocol == grpc && to.protocol != grpc && v.grpc != "" {
		json = v.grpc
	}
	f := to.format(t)
	text := v.java
	switch {
	case f.Encoding == "json" && shape == codecs.Args:
		return "[" + json + "]"
	case f.Encoding == "json":
		return json
	case !isHessian(f.Encoding) || json != v.json:
		typ := m.Params
		if shape == codecs.Value {
			f, typ = result(f), m.Result
		}
		return w.show(t, wire.Borrow(w.said(t, to, shape, v.method, json)), f, typ)
	case shape == codecs.Args:
		text = "[" + text + "]"
	}
	return text
}

func isHessian(encoding string) bool { return strings.HasPrefix(encoding, "hessian") }

// show gives JSON as it is and the values of other bodies as read prints them.
func (w *world) show(t *testing.T, b wire.Body, f codecs.Format, typ *contract.Type) string {
	t.Helper()
	if f.Encoding == "json" {
		return string(b.Bytes())
	}
	text, err := read(w.encodings[f.Encoding], b, f, typ)
	if err != nil {
		t.Errorf("read %v of %q: %v", f, b.Bytes(), err)
	}
	return text
}

// refuses checks that what protobuf cannot hold is refused and not changed: in the way of a request, and in that of a reply.
func (w *world) refuses(t *testing.T, from, to *party, v *value) {
	t.Helper()
	if from.protocol == grpc {
		if _, err := w.write(from.format(t), w.method(v.method), v.json); err == nil {
			t.Errorf("%s: protobuf holds it", v.name)
		}
		return // nothing a caller could send
	}
	w.servers[to.name].answers(func(c *codecs.Call, s codecs.Stream) {
		t.Errorf("%s: came to the server", v.name)
		codecs.Refuse(c, s, codecs.Status{Code: codecs.Internal})
	})
	reply, err := w.call(t.Context(), from, to, w.request(from, v.method, w.own(t, from, codecs.Args, v)))
	if err != nil || reply.Status.Code == codecs.OK || !strings.Contains(reply.Status.Text, "filter: transcode") {
		t.Errorf("%s: %v, %v", v.name, err, reply.Status)
	}
	reply.Release()
}
