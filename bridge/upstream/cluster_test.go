package upstream

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// mute is a codec that says nothing.
type mute struct{}

func (mute) Name() string                { return "mute" }
func (mute) Sniff([]byte) codecs.Verdict { return codecs.No }
func (mute) Traits() codecs.Traits {
	return codecs.Traits{IDs: codecs.IDs{First: 1, Step: 1, Max: 9}, Formats: []codecs.Format{{Encoding: "text", Shape: codecs.Args}}}
}
func (m mute) Session(codecs.Side, codecs.Settings) codecs.Session { return m }
func (mute) Decode(*codecs.Message, []byte) (int, error)           { return 0, nil }
func (mute) Encode(_ *wire.Out, m *codecs.Message) (more bool, err error) {
	m.Release()
	return false, nil
}

// set makes a cluster whose dials all fail.
func set(t *testing.T, addrs ...string) *Cluster {
	t.Helper()
	c := New(Options{Name: "c", Codec: mute{}, Addrs: addrs,
		Dial: func(context.Context, string) (net.Conn, error) { return nil, errors.New("refused") }})
	t.Cleanup(c.Close)
	return c
}

func TestNew(t *testing.T) {
	c := set(t, "a:1")
	if c.Format.Encoding != "text" || c.Traits.IDs.Max == 0 || c.Endpoints[0].Session() == nil {
		t.Errorf("%+v: want the codec's own format and traits", c)
	}
	c = New(Options{Codec: mute{}, Format: codecs.Format{Encoding: "other"}})
	if c.Format.Encoding != "other" || c.Pick("") != nil {
		t.Errorf("%+v: want the format that is said, and no endpoint", c)
	}
}

func TestPick(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		name    string
		addrs   []string
		resting []string
		avoid   string
		want    []string // all of them come, and no other
	}{
		{"one", []string{"a"}, nil, "", []string{"a"}},
		{"one that is to be avoided", []string{"a"}, []string{"a"}, "a", []string{"a"}},
		{"each in its turn", []string{"a", "b", "c"}, nil, "", []string{"a", "b", "c"}},
		{"not the one that was tried", []string{"a", "b", "c"}, nil, "b", []string{"a", "c"}},
		{"none that rests", []string{"a", "b", "c"}, []string{"a"}, "", []string{"b", "c"}},
		{"neither of them", []string{"a", "b", "c"}, []string{"a"}, "b", []string{"c"}},
		{"if all rest, all are tried", []string{"a", "b"}, []string{"a", "b"}, "", []string{"a", "b"}},
		{"if all rest, another than before", []string{"a", "b", "c"}, []string{"a", "b", "c"}, "a", []string{"b", "c"}},
		{"if the other rests, it is tried", []string{"a", "b"}, []string{"b"}, "a", []string{"b"}},
		{"if there is no other, the same", []string{"a", "a"}, nil, "a", []string{"a"}},
	} {
		cl := set(t, c.addrs...)
		for _, e := range cl.Endpoints {
			for _, addr := range c.resting {
				if e.Addr == addr {
					e.restTill.Store(now.Add(time.Hour).UnixNano())
				}
			}
		}
		seen := map[string]bool{}
		for range 200 {
			seen[cl.Pick(c.avoid).Addr] = true
		}
		for _, addr := range c.want {
			if !seen[addr] {
				t.Errorf("%s: %s never comes", c.name, addr)
			}
			delete(seen, addr)
		}
		if len(seen) != 0 {
			t.Errorf("%s: %v come, too", c.name, seen)
		}
	}
}

// TestPickTheLessLoaded: of two that are drawn the less loaded is taken, so that the most loaded of all comes least.
func TestPickTheLessLoaded(t *testing.T) {
	cl := set(t, "a", "b", "c")
	for i, e := range cl.Endpoints {
		e.inflight.Store(int64(i))
	}
	const draws = 9000 // the shares are 5/9, 3/9 and 1/9
	n := map[string]int{}
	for range draws {
		n[cl.Pick("").Addr]++
	}
	for addr, ninths := range map[string]int{"a": 5, "b": 3, "c": 1} {
		if want := draws * ninths / 9; n[addr] < want-500 || n[addr] > want+500 {
			t.Errorf("%s is taken %d times, want about %d", addr, n[addr], want)
		}
	}
	if allocs := testing.AllocsPerRun(100, func() { cl.Pick("b") }); allocs != 0 {
		t.Errorf("Pick makes %v allocations", allocs)
	}
}

func TestRest(t *testing.T) {
	e := set(t, "a").Endpoints[0]
	rests := func(d time.Duration) bool { return e.Resting(time.Now().Add(d)) }
	if rests(0) {
		t.Error("a new endpoint rests")
	}
	for i, want := range []time.Duration{firstRest, 2 * firstRest, 4 * firstRest, 8 * firstRest, 16 * firstRest, 32 * firstRest, maxRest, maxRest, maxRest} {
		e.dialed(false)
		if !rests(want-100*time.Millisecond) || rests(want+100*time.Millisecond) {
			t.Errorf("after %d dials that failed it does not rest for %v", i+1, want)
		}
	}
	e.dialed(true)
	if rests(0) {
		t.Error("a dial that succeeds ends the rest")
	}
	e.dialed(false)
	if rests(firstRest + 100*time.Millisecond) {
		t.Error("a dial that succeeds does not end the count")
	}
}

func TestCallsThatAreLost(t *testing.T) {
	e := set(t, "a").Endpoints[0]
	end := func(addr string, s codecs.Status) {
		e.inflight.Add(1)
		e.Ended(&codecs.Call{To: codecs.Target{Addr: addr}}, s)
	}
	lost := codecs.Status{Code: codecs.Unavailable}
	for range strikes - 1 {
		end("a", lost)
	}
	end("a", codecs.Status{Code: codecs.Fault}) // an answer: it lives
	for range strikes - 1 {
		end("a", lost)
		end("a", codecs.Status{Code: codecs.Unavailable, Unsent: true}) // no call of its
		end("b", lost)                                                  // another attempt decided the end
	}
	if e.Resting(time.Now()) {
		t.Errorf("it rests after %d lost calls in a row", strikes-1)
	}
	end("a", lost)
	if !e.Resting(time.Now()) {
		t.Errorf("it does not rest after %d lost calls in a row", strikes)
	}
	if n := e.Inflight(); n != 0 {
		t.Errorf("%d calls in flight after the end of all", n)
	}
}

// TestOpenWithoutServer: a call to an endpoint that cannot be dialled surely reached nobody, and the endpoint rests.
func TestOpenWithoutServer(t *testing.T) {
	e := set(t, "a").Endpoints[0]
	call := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, End: true}, To: codecs.Target{Addr: "a"}}
	call.Req.Service, call.Req.Method = "s", "m"
	m, err := codecs.Wait(t.Context(), e, call)
	if err != nil || m.Status.Code != codecs.Unavailable || !m.Status.Unsent {
		t.Errorf("%v, %v", m.Status, err)
	}
	if !e.Resting(time.Now()) || e.Inflight() != 0 {
		t.Errorf("resting %v, %d in flight", e.Resting(time.Now()), e.Inflight())
	}
}
