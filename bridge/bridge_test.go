// These tests run a whole bridge in the process, between callers and servers that share nothing with the codecs: small ones on
// raw sockets, in peers_test.go.
package bridge_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/dragoman-rpc/dragoman/bridge"
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
)

func TestMain(m *testing.M) {
	if os.Getenv(victim) != "" {
		serveVictim()
		return
	}
	goleak.VerifyTestMain(m)
}

// patience bounds every wait of a test; nothing that goes well takes as long.
const patience = 30 * time.Second

// gateway is a bridge that has started.
type gateway struct {
	*bridge.Bridge
	t testing.TB
}

// port is the listener of most tests.
const port = "127.0.0.1:0"

func parse(t testing.TB, text string) *config.Config {
	t.Helper()
	conf, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	return conf
}

// read parses a configuration, which gets a listener unless it has one, and no admin address.
func read(text string) (*config.Config, error) {
	if !strings.Contains(text, "listen:") {
		text = fmt.Sprintf("listen: [{addr: %q}]\n", port) + text
	}
	return config.Parse("test.yaml", []byte("admin: {addr: off}\n"+text), known())
}

// known is what configurations of these tests may ask for.
func known() (k config.Known) {
	for _, c := range all.Codecs() {
		k.Protocols = append(k.Protocols, codecs.Protocol(c))
	}
	return k
}

// texts is the contract of all services in these tests: a text in and a text out.
const texts = `package com.acme;
service User { String getUser(String id); String slow(String id); oneway void note(String s); String wipe(String s); }
service Secret { String getUser(String id); String wipe(String s); }
service Other { String getUser(String id); }
`

// start runs a bridge until the test ends.
func start(t testing.TB, format string, args ...any) *gateway {
	t.Helper()
	conf := parse(t, fmt.Sprintf(format, args...))
	conf.Contracts = append(conf.Contracts, config.Contract{At: "contracts[0]", Path: "texts.contract", Data: []byte(texts)})
	b, err := bridge.New(options(conf))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Start(); err != nil {
		b.Close()
		t.Fatal(err)
	}
	g := &gateway{b, t}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 0)
		defer cancel()
		_ = b.Drain(ctx) // what is in flight is of no interest any more
	})
	return g
}

func options(conf *config.Config) bridge.Options {
	return bridge.Options{Codecs: all.Codecs(), Encodings: all.Encodings(), Config: conf, Log: slog.New(slog.DiscardHandler)}
}

// addr is where a configured listener really listens.
func (g *gateway) addr(configured string) string {
	g.t.Helper()
	a := g.Addrs()[configured]
	if a == nil {
		g.t.Fatalf("nothing listens on %s", configured)
	}
	return a.String()
}

// dial connects to the usual listener.
func (g *gateway) dial() net.Conn { return dial(g.t, "tcp", g.addr(port)) }

func dial(t testing.TB, network, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial(network, addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	return c
}

// wantEnd reads to the end of a connection and gives what came before.
func wantEnd(t testing.TB, r io.Reader) string {
	t.Helper()
	rest, err := io.ReadAll(r)
	if err != nil {
		t.Errorf("%v, want the end of the connection", err)
	}
	return string(rest)
}

// until waits for something that happens elsewhere.
func until(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within %v", what, patience)
		}
	}
}
