package upstream_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/engine/enginetest"
	"github.com/dragoman-rpc/dragoman/bridge/engine/std"
	"github.com/dragoman-rpc/dragoman/bridge/upstream"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// TestMain counts bodies from the first one on.
func TestMain(m *testing.M) {
	wire.Debug(true)
	os.Exit(m.Run())
}

// TestCloseLetsThoseInWhoWait: calls that wait for a turn when their cluster goes still have it, and then its connections go.
func TestCloseLetsThoseInWhoWait(t *testing.T) {
	before := wire.Outstanding()
	ours, theirs := net.Pipe()
	if err := theirs.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	c := upstream.New(upstream.Options{Codec: enginetest.Toy{}, Engine: &std.Engine{}, Addrs: []string{"a"}, Inflight: 1,
		Dial: func(context.Context, string) (net.Conn, error) { return ours, nil }})
	ended := make(chan codecs.Status, 2)
	open := func(method string) {
		call := &codecs.Call{Req: codecs.Message{Kind: codecs.Request, End: true, Header: codecs.Header{Method: method}}}
		call.Defer(told(ended)) // the first is told last
		c.Endpoints[0].Open(call, caller{call})
	}
	r := bufio.NewReader(theirs)
	serve := func(method string) {
		t.Helper()
		if line, err := r.ReadString('\n'); err != nil || !strings.Contains(line, method) {
			t.Fatalf("the server reads %q, %v, and not %s", line, err, method)
		}
	}
	open("first")
	serve("first")
	open("second")
	c.Close()
	for i, method := range []string{"second", ""} {
		if _, err := fmt.Fprintf(theirs, "%d 0 ok\n", i+1); err != nil {
			t.Fatal(err)
		}
		if s := <-ended; s.Code != codecs.OK {
			t.Errorf("a call that came before the close: %v", s)
		}
		if method != "" {
			serve(method)
		}
	}
	if _, err := r.ReadByte(); err != io.EOF {
		t.Errorf("%v, want the end of the connection behind its last call", err)
	}
	if n := c.Endpoints[0].Inflight(); n != 0 {
		t.Errorf("%d calls in flight after the end of all", n)
	}
	for end := time.Now().Add(30 * time.Second); wire.Outstanding() != before; time.Sleep(time.Millisecond) { // its writer is still at it
		if time.Now().After(end) {
			t.Fatalf("%d bodies were not released", wire.Outstanding()-before)
		}
	}
}

// told passes on how a call ended.
type told chan codecs.Status

func (ch told) Ended(_ *codecs.Call, s codecs.Status) { ch <- s }

// caller ends a call with its reply.
type caller struct{ c *codecs.Call }

func (w caller) Send(m *codecs.Message) bool {
	w.c.End(m.Status)
	m.Release()
	return true
}
func (w caller) OnReady(func())         {}
func (w caller) Cancel(s codecs.Status) { w.c.End(s) }
