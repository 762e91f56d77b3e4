package observe_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/observe"
	"github.com/dragoman-rpc/dragoman/codecs"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func onlyUser(service string) bool { return service == "com.acme.User" }

func call(service, from, to string) *codecs.Call {
	return &codecs.Call{
		From: codecs.Origin{Protocol: from, Peer: netip.MustParseAddrPort("10.0.0.1:4000")},
		To:   codecs.Target{Protocol: to, Addr: "10.0.0.2:20880"},
		Rec:  codecs.Record{Service: service, Method: "get", In: 100, Out: 5000, Attempts: 2, Start: time.Now().Add(-3 * time.Millisecond)},
	}
}

// run has a call seen from its beginning to its end.
func run(o *observe.Observer, c *codecs.Call, s codecs.Status) {
	o.Watch(codecs.HandlerFunc(func(*codecs.Call, codecs.Stream) codecs.Stream { return codecs.Gone })).Open(c, codecs.Gone)
	c.End(s)
}

func metrics(t *testing.T, o *observe.Observer) string {
	t.Helper()
	w := httptest.NewRecorder()
	o.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func want(t *testing.T, page string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("the metrics lack %s", line)
		}
	}
}

func TestMetrics(t *testing.T) {
	o := observe.New(slog.New(slog.DiscardHandler), onlyUser)
	defer o.Close()
	run(o, call("com.acme.User", "redis", "dubbo"), codecs.Status{})
	run(o, call("com.acme.User", "redis", "dubbo"), codecs.Status{})
	short := call("com.acme.User", "grpc", "dubbo")
	short.Rec.Dropped = codecs.Dropped{Pairs: 2, Members: 3}
	run(o, short, codecs.Status{})
	run(o, call("made-up-1", "redis", "dubbo"), codecs.Status{Code: codecs.Expired})
	run(o, call("made-up-2", "redis", ""), codecs.Status{Code: codecs.NotFound})
	o.Failed(enginetest.Toy{}, codecs.Status{Code: codecs.Malformed})
	page := metrics(t, o)
	want(t, page,
		`dragoman_calls_total{code="ok",from="redis",service="com.acme.User",to="dubbo"} 2`,
		`dragoman_calls_total{code="expired",from="redis",service="other",to="dubbo"} 1`,
		`dragoman_calls_total{code="not_found",from="redis",service="other",to="none"} 1`,
		`dragoman_call_duration_seconds_bucket{from="redis",to="dubbo",le="0.0025"} 0`,
		`dragoman_call_duration_seconds_count{from="redis",to="dubbo"} 3`,
		`dragoman_body_bytes_sum{direction="request",from="redis",to="dubbo"} 300`,
		`dragoman_body_bytes_sum{direction="reply",from="redis",to="dubbo"} 15000`,
		`dragoman_refused_messages_total{code="malformed",protocol="toy"} 1`,
		`dragoman_left_out_total{from="grpc",to="dubbo",what="metadata"} 2`,
		`dragoman_left_out_total{from="grpc",to="dubbo",what="member"} 3`,
		`dragoman_log_dropped_total 0`)
	if strings.Contains(page, "made-up") {
		t.Error("a name that callers chose has become a label")
	}
	if !strings.Contains(page, "go_goroutines ") {
		t.Error("the runtime's metrics are not there")
	}
}

func TestLearned(t *testing.T) {
	o := observe.New(slog.New(slog.DiscardHandler), func(string) bool { return true })
	defer o.Close()
	o.Learned(func() observe.Learned {
		return observe.Learned{Methods: 1, Samples: 2, Dropped: 3, Refused: 4, Unread: 5}
	})
	want(t, metrics(t, o), "dragoman_learned_methods 1", "dragoman_learned_samples_total 2", `dragoman_learned_nothing_total{why="dropped"} 3`,
		`dragoman_learned_nothing_total{why="refused"} 4`, `dragoman_learned_nothing_total{why="unread"} 5`)
}

func TestInFlight(t *testing.T) {
	o := observe.New(slog.New(slog.DiscardHandler), onlyUser)
	defer o.Close()
	h := o.Watch(codecs.HandlerFunc(func(*codecs.Call, codecs.Stream) codecs.Stream { return codecs.Gone }))
	c := call("com.acme.User", "redis", "dubbo")
	h.Open(c, codecs.Gone)
	want(t, metrics(t, o), `dragoman_calls_in_flight{from="redis"} 1`)
	c.End(codecs.Status{})
	want(t, metrics(t, o), `dragoman_calls_in_flight{from="redis"} 0`,
		`dragoman_calls_total{code="ok",from="redis",service="com.acme.User",to="dubbo"} 1`)
}

func TestLogOfFailures(t *testing.T) {
	var out bytes.Buffer
	o := observe.New(slog.New(slog.NewJSONHandler(&out, nil)), onlyUser)
	run(o, call("com.acme.User", "redis", "dubbo"), codecs.Status{})
	run(o, call("made-up", "redis", "dubbo"), codecs.Status{Code: codecs.Unavailable, Text: "refused\nlevel=ERROR" + strings.Repeat("é", 400)})
	o.Failed(enginetest.Toy{}, codecs.Status{Code: codecs.Malformed, Text: "toy: decode: a question mark"})
	run(o, call("com.acme.User", "redis", "dubbo"), codecs.Status{Code: codecs.Fault, Text: "no user 8", Class: "com.acme.NoSuchUser"})
	o.Close()
	o.Close()
	run(o, call("late", "redis", "dubbo"), codecs.Status{Code: codecs.Fault}) // must neither block nor panic

	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines, want 3: one for each failure:\n%s", len(lines), out.String())
	}
	if !strings.Contains(lines[2], `"code":"fault","class":"com.acme.NoSuchUser","text":"no user 8"`) || strings.Contains(lines[0], `"class"`) {
		t.Errorf("a class stands in %s, and not in %s: want the other way round", lines[0], lines[2])
	}
	var got map[string]any
	if err := json.Unmarshal([]byte(lines[0]), &got); err != nil {
		t.Fatal(err)
	}
	for key, v := range map[string]any{"msg": "call failed", "service": "made-up", "method": "get", "from": "redis", "to": "dubbo",
		"peer": "10.0.0.1:4000", "endpoint": "10.0.0.2:20880", "code": "unavailable", "attempts": 2.0} {
		if got[key] != v {
			t.Errorf("%s: got %v, want %v", key, got[key], v)
		}
	}
	if d, _ := got["duration"].(float64); d < 3e6 {
		t.Errorf("duration: got %v ns, want 3 ms at least", d)
	}
	if text, _ := got["text"].(string); len(text) > 600 || !strings.HasPrefix(text, "refused\nlevel=ERROR") || strings.ContainsRune(text, '\uFFFD') {
		t.Errorf("text: got %q, want it cut, between characters", text)
	}
	if !strings.Contains(lines[1], `"protocol":"toy","code":"malformed","text":"toy: decode: a question mark"`) {
		t.Errorf("got %s", lines[1])
	}
}

// stuck is a log that takes nothing until it is let go.
type stuck struct{ open chan struct{} }

func (s stuck) Write(p []byte) (int, error) {
	<-s.open
	return io.Discard.Write(p)
}

func TestSlowLogHoldsNothingUp(t *testing.T) {
	s := stuck{make(chan struct{})}
	o := observe.New(slog.New(slog.NewTextHandler(s, nil)), onlyUser)
	const calls = 5000
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range calls / 4 {
				run(o, call("com.acme.User", "redis", "dubbo"), codecs.Status{Code: codecs.Unavailable})
			}
		})
	}
	wg.Wait()
	page := metrics(t, o)
	want(t, page, `dragoman_calls_total{code="unavailable",from="redis",service="com.acme.User",to="dubbo"} 5000`)
	if strings.Contains(page, "dragoman_log_dropped_total 0\n") {
		t.Error("nothing was dropped, or it was not counted")
	}
	close(s.open)
	o.Close()
}

func TestCountingAllocatesNothing(t *testing.T) {
	o := observe.New(slog.New(slog.DiscardHandler), onlyUser)
	defer o.Close()
	known, other := call("com.acme.User", "redis", "dubbo"), call("made-up", "dubbo", "dubbo")
	if n := testing.AllocsPerRun(1000, func() {
		o.Ended(known, codecs.Status{})
		o.Ended(other, codecs.Status{})
	}); n != 0 {
		t.Errorf("%g allocations for two calls, want 0", n)
	}
}

func BenchmarkEnded(b *testing.B) {
	o := observe.New(slog.New(slog.DiscardHandler), onlyUser)
	defer o.Close()
	c := call("com.acme.User", "redis", "dubbo")
	b.ReportAllocs()
	for b.Loop() {
		o.Ended(c, codecs.Status{})
	}
}
