// Command goredis is go-redis as a caller: every call is a GET whose key is the request. Arguments: the protocol, 2 or 3, and the path
// of order.json.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"
)

// op is one request of the driver.
type op struct {
	Op      string `json:"op"`
	Name    string `json:"name"`
	Addr    string `json:"addr"`
	Service string `json:"service"`
	Size    int    `json:"size"`
	Depth   int    `json:"depth"`
	Threads int    `json:"threads"`
	Calls   int    `json:"calls"`
	Cause   *bool  `json:"cause"`
}

type answer map[string]any

func failed(format string, args ...any) answer {
	return answer{"ok": false, "error": fmt.Sprintf(format, args...)}
}

// peer keeps its clients from case to case; each is a pool of connections.
type peer struct {
	protocol int
	order    []byte
	clients  map[string]*redis.Client
}

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: goredis 2|3 ORDER.JSON")
		os.Exit(2)
	}
	protocol, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	order, err := os.ReadFile(os.Args[2])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
	p := &peer{protocol: protocol, order: order, clients: map[string]*redis.Client{}}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		if len(in.Bytes()) == 0 {
			continue
		}
		o := op{Service: "io.dragoman.sample.Sample", Size: 5000, Depth: 1000, Threads: 16, Calls: 50}
		reply := answer{}
		if err := json.Unmarshal(in.Bytes(), &o); err != nil {
			reply = failed("%v", err)
		} else if o.Op == "quit" {
			return
		} else {
			reply = p.handle(o)
		}
		line, _ := json.Marshal(reply)
		fmt.Printf("%s\n", line)
	}
}

func (p *peer) handle(o op) answer {
	switch o.Op {
	case "cases":
		return answer{"cases": slices.Sorted(maps.Keys(cases))}
	case "state":
		return answer{}
	case "case":
		return p.runCase(o)
	}
	return failed("unknown op %q", o.Op)
}

func (p *peer) runCase(o op) answer {
	f := cases[o.Name]
	if f == nil {
		return failed("unknown case %q", o.Name)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 28*time.Second)
	defer cancel()
	done := make(chan error, 1)
	c := &caller{op: o, ctx: ctx, client: p.client(o.Addr), order: p.order}
	go func() { done <- f(c) }()
	select {
	case err := <-done:
		if err != nil {
			return failed("%v", err)
		}
		return answer{"ok": true}
	case <-ctx.Done():
		return failed("no result within 28 s")
	}
}

func (p *peer) client(addr string) *redis.Client {
	if p.clients[addr] == nil {
		// Without the retries that it makes by default: they would hide a failure.
		p.clients[addr] = redis.NewClient(&redis.Options{Addr: addr, Protocol: p.protocol, MaxRetries: -1, ReadTimeout: 20 * time.Second})
	}
	return p.clients[addr]
}
