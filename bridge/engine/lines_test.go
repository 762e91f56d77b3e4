package engine_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
	"github.com/dragoman-rpc/dragoman/bridge/engine"
	"github.com/dragoman-rpc/dragoman/bridge/engine/std"
	"github.com/dragoman-rpc/dragoman/codecs"
	dragomanhttp "github.com/dragoman-rpc/dragoman/codecs/http"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// flow answers with many messages, as fast as it may.
type flow struct {
	back codecs.Stream
	left int
}

const flowing = 100 // messages of 8 KiB

func (f *flow) Open(c *codecs.Call, back codecs.Stream) codecs.Stream {
	c.Req.Release()
	one := &flow{back: back, left: flowing}
	m := codecs.Message{Kind: codecs.Reply, Bare: true}
	back.OnReady(one.goOn)
	if back.Send(&m) {
		one.goOn()
	}
	return codecs.Gone
}

func (f *flow) goOn() {
	for f.left > 0 {
		f.left--
		m := codecs.Message{Kind: codecs.Data, Body: wire.Copy([]byte(`"` + strings.Repeat("x", 8<<10) + `"`))}
		m.Format = codecs.Format{Encoding: "json", Shape: codecs.Value}
		if !f.back.Send(&m) {
			return
		}
	}
	m := codecs.Message{Kind: codecs.Data, Bare: true, End: true}
	f.back.Send(&m)
}

// TestLinesToASlowReader: streamed replies on a wire in order wait for their reader, and for the replies before them, and all come.
func TestLinesToASlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wheel := clock.New()
		defer wheel.Close()
		var eng std.Engine
		srv := &engine.Server{Codec: dragomanhttp.Codec{}, Wheel: wheel, Conns: &engine.Conns{}, Handler: func() codecs.Handler { return &flow{} }}
		ours, theirs := net.Pipe()
		eng.Adopt(ours, nil, srv.Peer(netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), 1), "127.0.0.1:80", ""))
		const requests = 3
		for i := range requests {
			_, err := fmt.Fprintf(theirs, "POST /s/m%d HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/x-ndjson\r\nContent-Length: 2\r\n\r\n[]", i)
			if err != nil {
				t.Fatal(err)
			}
		}
		r := bufio.NewReader(theirs)
		for i := range requests {
			synctest.Wait() // what can be written was
			time.Sleep(time.Second)
			resp, err := http.ReadResponse(r, nil)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(resp.Body)
			if lines := strings.Count(string(body), "\n"); err != nil || lines != flowing || len(body) != flowing*(8<<10+3) {
				t.Errorf("reply %d: %d lines of %d bytes, %v", i, lines, len(body), err)
			}
		}
		_ = theirs.Close()
	})
}
