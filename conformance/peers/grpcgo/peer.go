// Command grpcgo is grpc-go as a client and a server. Its module also lists the programs of others that are written in Go, so that
// they are built with one set of libraries.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"time"

	"google.golang.org/protobuf/proto"
)

// op is one request of the driver.
type op struct {
	Op      string `json:"op"`
	Name    string `json:"name"`
	Addr    string `json:"addr"`
	CA      string `json:"ca"`
	Cert    string `json:"cert"`
	Key     string `json:"key"`
	Size    int    `json:"size"`
	Millis  int    `json:"millis"`
	Timeout int    `json:"timeout"`
	Reply   *bool  `json:"reply"`
	Cause   *bool  `json:"cause"`
}

func (o op) timeout(otherwise time.Duration) time.Duration {
	if o.Timeout == 0 {
		return otherwise
	}
	return time.Duration(o.Timeout) * time.Millisecond
}

type answer map[string]any

func failed(err error) answer { return answer{"ok": false, "error": err.Error()} }

func main() {
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		if len(in.Bytes()) == 0 {
			continue
		}
		var o op
		reply := answer{}
		if err := json.Unmarshal(in.Bytes(), &o); err != nil {
			reply = failed(err)
		} else if o.Op == "quit" {
			return
		} else {
			reply = handle(o)
		}
		line, err := json.Marshal(reply)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Printf("%s\n", line)
	}
}

func handle(o op) answer {
	switch o.Op {
	case "serve":
		port, err := serve(o)
		if err != nil {
			return failed(err)
		}
		return answer{"port": port}
	case "cases":
		var names []string
		for _, c := range cases {
			names = append(names, c.name)
		}
		return answer{"cases": names}
	case "state":
		return answer{"calls": sample.calls.Load(), "notices": sample.notices.Load(), "canceled": sample.canceled.Load()}
	case "case":
		return runCase(o)
	}
	return failed(fmt.Errorf("unknown op %q", o.Op))
}

func runCase(o op) answer {
	i := slices.IndexFunc(cases, func(c namedCase) bool { return c.name == o.Name })
	if i < 0 {
		return failed(fmt.Errorf("unknown case %q", o.Name))
	}
	done := make(chan error, 1)
	go func() { done <- cases[i].run(o) }()
	select {
	case err := <-done:
		if err != nil {
			return failed(err)
		}
		return answer{"ok": true}
	case <-time.After(28 * time.Second):
		return answer{"ok": false, "error": "no result within 28 s"}
	}
}

func equal(what string, want, got any) error {
	if m, ok := want.(proto.Message); ok {
		if g, ok := got.(proto.Message); ok && proto.Equal(m, g) {
			return nil
		}
	} else if reflect.DeepEqual(want, got) {
		return nil
	}
	return fmt.Errorf("%s: expected %v, got %v", what, want, got)
}
