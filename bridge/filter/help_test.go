package filter_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// far is the stage behind the one that is tried. It notes what comes, takes it over, and answers.
type far struct {
	opened []codecs.Message // their headers; bodies as texts beside
	bodies []string
	set    []set // by the stages in front
	cancel []codecs.Status
	answer func(try int, c *codecs.Call, back codecs.Stream) // nil: none
}

// set is what stages make of a call besides its request.
type set struct {
	deadline time.Time
	from     codecs.Origin
	to       codecs.Target
	plan     any
	rec      codecs.Record
}

func (f *far) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	m := c.Req.Move()
	f.bodies = append(f.bodies, string(m.Body.Bytes()))
	m.Body.Release()
	m.Frame.Bytes.Release()
	f.opened = append(f.opened, m)
	f.set = append(f.set, set{c.Deadline, c.From, c.To, c.Plan, c.Rec})
	if f.answer != nil {
		f.answer(len(f.opened), c, back)
	}
	return f
}

func (f *far) Send(m *codecs.Message) bool { m.Release(); return true }
func (f *far) OnReady(func())              {}
func (f *far) Cancel(s codecs.Status)      { f.cancel = append(f.cancel, s) }

// near is the caller's end: what comes back, a line each.
type near struct {
	call *codecs.Call
	got  []string
	last codecs.Message // without its body
}

func (n *near) Send(m *codecs.Message) bool {
	n.got = append(n.got, fmt.Sprintf("%s %s %s", m.Kind, m.Status, m.Body.Bytes()))
	status := m.Status
	m.Body.Release()
	m.Frame.Bytes.Release()
	n.last = *m
	if m.End {
		n.call.End(status)
	}
	return true
}

func (n *near) OnReady(func()) {}

func (n *near) Cancel(s codecs.Status) {
	n.got = append(n.got, fmt.Sprintf("cancel %s", s))
	n.last = codecs.Message{Header: codecs.Header{Status: s}}
	n.call.End(s)
}

// said is the one thing that came back.
func (n *near) said(t *testing.T) string {
	t.Helper()
	if len(n.got) != 1 {
		t.Fatalf("%d things came back: %q", len(n.got), n.got)
	}
	return n.got[0]
}

// newCall is a whole request with a body of its own.
func newCall(service, method, body string) (*codecs.Call, *near) {
	c := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, End: true, Body: wire.Copy([]byte(body))}}
	h := &c.Req.Header
	h.Service, h.Method, h.Args, h.Meta.Loaded = service, method, -1, true
	h.Format = codecs.Format{Encoding: "json", Shape: codecs.Args}
	c.From.Protocol, c.From.Service, c.From.Method = "near", service, method
	c.Rec.Service, c.Rec.Method = service, method
	return c, &near{call: c}
}

func reply(body string) *codecs.Message {
	m := &codecs.Message{Kind: codecs.Reply, End: true, Body: wire.Copy([]byte(body))}
	m.Format, m.Meta.Loaded = codecs.Format{Encoding: "json", Shape: codecs.Value}, true
	return m
}

// ok answers with a body.
func ok(body string) func(int, *codecs.Call, codecs.Stream) {
	return func(_ int, _ *codecs.Call, back codecs.Stream) { back.Send(reply(body)) }
}

// counted sees that all bodies are released.
func counted(t *testing.T) {
	t.Helper()
	wire.Debug(true)
	before := wire.Outstanding()
	t.Cleanup(func() {
		wire.Debug(false)
		if n := wire.Outstanding() - before; n != 0 {
			t.Errorf("%d bodies were not released", n)
		}
	})
}

// table routes every service to the cluster "far" under a policy.
func table(t *testing.T, r route.Rules, p route.Policy) *route.Table {
	t.Helper()
	r.Clusters = []string{"far"}
	r.Rules = append(r.Rules, route.Rule{At: "rules[9]", Match: route.Match{Service: "*"}, To: []route.Split{{Cluster: "far", Weight: 1}}, Policy: p})
	made, err := route.Compile(r)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// planned is newCall as the route stage leaves it.
func planned(t *testing.T, tab *route.Table, service, method, body string) (*codecs.Call, *near) {
	t.Helper()
	c, n := newCall(service, method, body)
	choice, err := tab.Match(&c.Req.Header, 0)
	if err != nil {
		t.Fatal(err)
	}
	c.Plan = choice
	return c, n
}

// clusters is one cluster, "far", of endpoints that are never dialled.
func clusters(t *testing.T, addrs ...string) map[string]*upstream.Cluster {
	t.Helper()
	c := upstream.New(upstream.Options{Name: "far", Codec: enginetest.Toy{}, Addrs: addrs})
	t.Cleanup(c.Close)
	return map[string]*upstream.Cluster{"far": c}
}
