package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// model is one call through the stages from gather to collect, whose two ends do what they like, one thing after another. It knows
// what must hold whatever they do: one end goes back and nothing behind it, who was not told of an end has ended by himself, messages
// come in order, nobody waits for room that is there, and no memory stays behind.
type model struct {
	t       *rapid.T
	call    *codecs.Call
	fwd     codecs.Stream
	to      codecs.Target
	streams bool // the caller does
	servers []*server

	asked  int  // messages that the caller has sent
	inside bool // the last one is not whole
	done   bool // it has sent its end, or canceled
	waits  bool // it was asked to pause

	flow []string
	ends int
	full bool
	wake func()
}

// server is one try's far end.
type server struct {
	m        *model
	back     codecs.Stream
	got      []byte // bodies, one after another
	over     bool   // it has ended the call, or was told of its end
	quiet    bool   // nothing may come any more: canceled
	begun    bool
	told     int
	inside   bool
	waits    bool // it was asked to pause
	full     bool
	wake     func()
	requests int // ends of the request that came
}

// Open is the stage behind the last.
func (m *model) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	s := &server{m: m, back: back, full: rapid.Bool().Draw(m.t, "full at first")}
	m.servers = append(m.servers, s)
	s.take(&c.Req)
	c.Req.Release()
	back.OnReady(func() { s.waits = false })
	for range rapid.IntRange(0, 2).Draw(m.t, "said inside Open") {
		s.say()
	}
	return s
}

func (s *server) take(m *codecs.Message) {
	if s.quiet || s.requests > 0 {
		s.m.t.Fatalf("%s came behind the end", noted(m))
	}
	s.got = append(s.got, m.Body.Bytes()...)
	if m.End {
		s.requests++
	}
}

func (s *server) Send(m *codecs.Message) bool {
	s.take(m)
	m.Release()
	if rapid.IntRange(0, 9).Draw(s.m.t, "ends inside Send") == 0 {
		s.fail()
	}
	return !s.full
}

func (s *server) OnReady(f func()) { s.wake = f }

func (s *server) Cancel(c codecs.Status) {
	s.quiet = true
	if !s.over {
		s.over = true
		s.back.Cancel(c)
	}
}

// fail ends the try, as one that reached nobody or as one that was lost.
func (s *server) fail() {
	if !s.over {
		s.over = true
		s.back.Cancel(codecs.Status{Code: codecs.Unavailable, Unsent: rapid.Bool().Draw(s.m.t, "unsent")})
	}
}

// say sends a message of the reply, in the words of the server's protocol.
func (s *server) say() {
	if s.over {
		return
	}
	m := codecs.Message{Kind: codecs.Data}
	m.Format = codecs.Format{Encoding: s.m.to.Format.Encoding, Shape: codecs.Value}
	whole := !s.m.to.Traits.Stream
	alone := !whole && !s.begun && rapid.IntRange(0, 4).Draw(s.m.t, "an end alone") == 0
	if whole || !s.begun {
		m.Kind, m.Bare = codecs.Reply, !whole
	}
	body := ""
	if !m.Bare && !s.inside {
		s.told++
		body = s.m.result(s.told)
	}
	m.End = whole || alone || s.begun && rapid.IntRange(0, 3).Draw(s.m.t, "reply ends") == 0
	switch {
	case alone:
	case m.End && !whole && rapid.Bool().Draw(s.m.t, "reply ends bare") && !s.inside:
		m.Bare, body = true, ""
		s.told--
	case m.Kind == codecs.Data && s.inside: // the rest of what was begun
		body, s.inside = s.m.result(s.told)[1:], false
	case m.Kind == codecs.Data && !m.End && rapid.Bool().Draw(s.m.t, "reply in pieces"):
		body, m.Part, s.inside = body[:1], true, true
	}
	if m.End && rapid.IntRange(0, 2).Draw(s.m.t, "reply fails") == 0 {
		m.Bare, body, m.Status.Code = true, "", rapid.SampledFrom([]codecs.Code{codecs.Internal, codecs.Unavailable}).Draw(s.m.t, "code")
	}
	s.begun, s.over = true, m.End
	m.Body = wire.Copy([]byte(s.m.perhaps(body)))
	s.waits = !s.back.Send(&m) && !m.End
}

// Send is the caller's end.
func (m *model) Send(r *codecs.Message) bool {
	m.flow = append(m.flow, noted(r))
	if m.ends > 0 {
		m.t.Fatalf("behind the end: %q", m.flow)
	}
	status, end := r.Status, r.End
	if !m.streams && (!end || r.Kind != codecs.Reply) {
		m.t.Fatalf("a stream to who takes none: %q", m.flow)
	}
	r.Release()
	if end {
		m.ends++
		m.call.End(status)
	}
	return !m.full
}

func (m *model) OnReady(f func()) { m.wake = f }

func (m *model) Cancel(s codecs.Status) {
	m.flow = append(m.flow, "cancel "+s.String())
	if m.ends++; m.ends > 1 {
		m.t.Fatalf("a second end: %q", m.flow)
	}
	m.call.End(s)
}

// argument and result are the nth message of a direction, as the side that says it writes it.
func (m *model) argument(n int) string { return fmt.Sprintf(`["a%03d"]`, n) }

func (m *model) result(n int) string {
	if m.to.Format.Encoding == "hessian2" {
		return fmt.Sprintf("\x04r%03d", n)
	}
	return fmt.Sprintf(`"r%03d"`, n)
}

// perhaps cuts the end of a body off, so that it cannot be read.
func (m *model) perhaps(body string) string {
	if len(body) > 4 && rapid.IntRange(0, 19).Draw(m.t, "broken") == 0 {
		return body[:len(body)-1]
	}
	return body
}

// ask sends a message of the request.
func (m *model) ask() {
	if m.done {
		return
	}
	r := codecs.Message{Kind: codecs.Data, End: rapid.IntRange(0, 3).Draw(m.t, "request ends") == 0}
	body := ""
	switch {
	case m.inside:
		body, m.inside = m.argument(m.asked)[1:], false
	case r.End && rapid.Bool().Draw(m.t, "request ends bare"):
		r.Bare = true
	default:
		m.asked++
		body = m.argument(m.asked)
		if !r.End && rapid.Bool().Draw(m.t, "request in pieces") {
			body, r.Part, m.inside = body[:1], true, true
		}
	}
	r.Body = wire.Copy([]byte(m.perhaps(body)))
	m.done, m.waits = r.End, false
	if more := m.fwd.Send(&r); !more {
		m.waits = true
	}
}

// check looks at what must hold between any two steps.
func (m *model) check() {
	for i, s := range m.servers {
		last := i == len(m.servers)-1
		switch {
		case (!last || m.ends > 0) && !s.over:
			m.t.Fatalf("try %d of %d was left alone: %q", i+1, len(m.servers), m.flow)
		case s.waits && !s.over && !m.full:
			m.t.Fatalf("the server waits for room that is there")
		case last && m.waits && !s.full && m.ends == 0:
			m.t.Fatalf("the caller waits for room that is there")
		}
		texts(m.t, string(s.got), "a", m.asked)
	}
	texts(m.t, strings.Join(m.flow, ""), "r", 1000)
}

// texts sees that the messages in what came are the first ones, in their order.
func texts(t *rapid.T, came, letter string, most int) {
	n := 0
	for i := range len(came) - 3 {
		if came[i:i+1] == letter && strings.Trim(came[i+1:i+4], "0123456789") == "" {
			if n++; came[i+1:i+4] != fmt.Sprintf("%03d", n) || n > most {
				t.Fatalf("out of order, or made up: %q", came)
			}
		}
	}
}

// step does one thing of what the two ends may do.
func (m *model) step() {
	var now *server
	if len(m.servers) > 0 {
		now = m.servers[len(m.servers)-1]
	}
	switch what := rapid.IntRange(0, 9).Draw(m.t, "step"); {
	case what < 4:
		m.ask()
	case what == 4 && !m.done && rapid.Bool().Draw(m.t, "cancels"):
		m.done = true
		m.fwd.Cancel(codecs.Status{Code: codecs.Canceled})
	case what == 5:
		if m.full = !m.full; !m.full && m.wake != nil {
			m.wake()
		}
	case now == nil:
	case what < 8:
		now.say()
	case what == 8:
		now.fail()
	case what == 9:
		if now.full = !now.full; !now.full && now.wake != nil {
			now.wake()
		}
	}
}

func TestStagesModel(t *testing.T) {
	tab := table(t, route.Rules{}, route.Policy{Idempotent: true, Retry: route.Retry{Times: 2, On: []codecs.Code{codecs.Unavailable}}})
	set := map[bool]map[string]*upstream.Cluster{
		true:  clustersOf(t, enginetest.Streams{}, "far:1", "far:2"),
		false: clustersOf(t, enginetest.Toy{}, "far:1", "far:2"),
	}
	transcode := func(next codecs.Handler) codecs.Handler { return carrying(t, next) }
	wire.Debug(true)
	defer wire.Debug(false)
	rapid.Check(t, func(t *rapid.T) {
		before := wire.Outstanding()
		m := &model{t: t, streams: rapid.Bool().Draw(t, "the caller streams")}
		takes := rapid.Bool().Draw(t, "the server streams")
		m.to = codecs.Target{Protocol: "far", Format: hessArgs, Traits: &codecs.Traits{Stream: takes, Formats: []codecs.Format{hessArgs}}}
		if rapid.Bool().Draw(t, "they speak alike") {
			m.to.Protocol, m.to.Format = "near", jsonArgs
		}
		balance := codecs.Filter(func(next codecs.Handler) codecs.Handler {
			return codecs.HandlerFunc(func(c *codecs.Call, back codecs.Stream) codecs.Stream {
				c.To = m.to
				return next.Open(c, back)
			})
		})
		h := codecs.Handler(m)
		for _, stage := range []codecs.Filter{filter.Collect(1 << 20), transcode, balance, filter.Retry(set[takes]), filter.Gather(set[takes], 1<<20)} {
			h = stage(h)
		}
		m.begin(tab)
		m.fwd = h.Open(m.call, m)
		m.fwd.OnReady(func() { m.waits = false })
		m.check()
		for range rapid.IntRange(0, 40).Draw(t, "steps") {
			m.step()
			m.check()
		}
		m.fwd.Cancel(codecs.Status{Code: codecs.Canceled})
		m.check()
		if m.ends != 1 || !m.call.Ended() {
			t.Fatalf("%d ends came back: %q", m.ends, m.flow)
		}
		if n := wire.Outstanding() - before; n != 0 {
			t.Fatalf("%d bodies were not released", n)
		}
	})
}

// begin makes the call: a stream or a request in pieces, which goes on, or a whole one.
func (m *model) begin(tab *route.Table) {
	c := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, Bare: true}}
	h := &c.Req.Header
	h.Service, h.Method, h.Args, h.Meta.Loaded, h.Format, h.Stream = "demo.S", "echo", -1, true, jsonArgs, m.streams
	c.From = codecs.Origin{Protocol: "near", Service: "demo.S", Method: "echo", Traits: &codecs.Traits{Stream: m.streams}}
	c.Rec.Service, c.Rec.Method = "demo.S", "echo"
	if rapid.Bool().Draw(m.t, "the request is whole") {
		m.asked, m.done = 1, true
		c.Req.Bare, c.Req.End, c.Req.Body = false, true, wire.Copy([]byte(m.argument(1)))
	}
	var err error
	if c.Plan, err = tab.Match(h, 0); err != nil {
		m.t.Fatal(err)
	}
	m.call = c
}
