package filter_test

import (
	"fmt"
	"strings"
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
	data   []string                                          // what followed the request, as noted says it
	full   bool                                              // Send asks for a pause
	ready  func()                                            // ends it
	during func(n int)                                       // runs inside the nth Send; may be nil
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

func (f *far) Send(m *codecs.Message) bool {
	f.data = append(f.data, noted(m))
	m.Release()
	if f.during != nil {
		f.during(len(f.data))
	}
	return !f.full
}
func (f *far) OnReady(ready func())   { f.ready = ready }
func (f *far) Cancel(s codecs.Status) { f.cancel = append(f.cancel, s) }

// noted is a message in a word or two: its kind with ~ for a part, - for one that is bare and ! for an end, its body and its failure.
func noted(m *codecs.Message) string {
	s := m.Kind.String()
	for _, flag := range []struct {
		set  bool
		sign string
	}{{m.Part, "~"}, {m.Bare, "-"}, {m.End, "!"}} {
		if flag.set {
			s += flag.sign
		}
	}
	if !m.Bare {
		s += " " + string(m.Body.Bytes())
	}
	if m.Status.Code != codecs.OK {
		s += " " + m.Status.String()
	}
	return s
}

// message makes a further message of a call of a word: ~ begins a part, ! an end, and what is left is the body; - is none.
func message(word string) codecs.Message {
	m := codecs.Message{Kind: codecs.Data}
	word, m.Part = strings.CutPrefix(word, "~")
	word, m.End = strings.CutPrefix(word, "!")
	word, m.Bare = strings.CutPrefix(word, "-")
	m.Body = wire.Borrow([]byte(word))
	return m
}

// tell sends the messages that words stand for, each lent by a buffer that is overwritten once it was sent. It says what the last
// Send did.
func tell(way codecs.Stream, words string) (more bool) {
	for _, word := range strings.Fields(words) {
		m := message(word)
		buf := m.Body.Bytes()
		more = way.Send(&m)
		for i := range buf {
			buf[i] = '?'
		}
	}
	return more
}

// near is the caller's end: what comes back, a line each.
type near struct {
	call *codecs.Call
	got  []string
	flow []string       // as noted says it
	last codecs.Message // without its body
	end  int            // ends that came
	full bool           // Send asks for a pause
	wake func()         // ends it
}

func (n *near) Send(m *codecs.Message) bool {
	n.got = append(n.got, fmt.Sprintf("%s %s %s", m.Kind, m.Status, m.Body.Bytes()))
	n.flow = append(n.flow, noted(m))
	status := m.Status
	m.Body.Release()
	m.Frame.Bytes.Release()
	n.last = *m
	if m.End {
		n.end++
		n.call.End(status)
	}
	return !n.full
}

func (n *near) OnReady(wake func()) { n.wake = wake }

func (n *near) Cancel(s codecs.Status) {
	n.end++
	n.got = append(n.got, fmt.Sprintf("cancel %s", s))
	n.flow = append(n.flow, fmt.Sprintf("cancel %s", s))
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
func counted(t testing.TB) {
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
func clusters(t testing.TB, addrs ...string) map[string]*upstream.Cluster {
	return clustersOf(t, enginetest.Toy{}, addrs...)
}

// clustersOf is clusters of another protocol.
func clustersOf(t testing.TB, codec codecs.Codec, addrs ...string) map[string]*upstream.Cluster {
	t.Helper()
	c := upstream.New(upstream.Options{Name: "far", Codec: codec, Addrs: addrs})
	t.Cleanup(c.Close)
	return map[string]*upstream.Cluster{"far": c}
}

// streaming are the traits of a protocol of streams.
var streaming = &codecs.Traits{Stream: true}
