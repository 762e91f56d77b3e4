// Command dubbogo is dubbo-go as provider and consumer over the dubbo protocol, without a registry.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"time"
)

// op is one request of the driver.
type op struct {
	Op      string  `json:"op"`
	Name    string  `json:"name"`
	Addr    string  `json:"addr"`
	Far     string  `json:"far"`
	Version *string `json:"version"`
	Group   *string `json:"group"`
	Timeout int     `json:"timeout"`
	Size    int     `json:"size"`
}

func (o op) version() string { return given(o.Version, "1.0.0") }
func (o op) group() string   { return given(o.Group, "sample") }

func given(s *string, otherwise string) string {
	if s == nil {
		return otherwise
	}
	return *s
}

type answer map[string]any

func failed(format string, args ...any) answer {
	return answer{"ok": false, "error": fmt.Sprintf(format, args...)}
}

func main() {
	// The library's logger takes stdout before main runs; run.sh hands over the real one as descriptor 3.
	out := os.NewFile(3, "answers")
	registerClasses()
	in := bufio.NewScanner(os.Stdin)
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		if len(in.Bytes()) == 0 {
			continue
		}
		var o op
		reply := answer{}
		if err := json.Unmarshal(in.Bytes(), &o); err != nil {
			reply = failed("%v", err)
		} else if o.Op == "quit" {
			return
		} else {
			reply = handle(o)
		}
		line, _ := json.Marshal(reply)
		fmt.Fprintf(out, "%s\n", line)
	}
}

func handle(o op) answer {
	switch o.Op {
	case "serve":
		port, err := serve(o)
		if err != nil {
			return failed("%v", err)
		}
		return answer{"port": port}
	case "cases":
		return answer{"cases": caseNames()}
	case "state":
		return answer{"notices": sample.notices.Load(), "calls": sample.calls.Load()}
	case "case":
		return runCase(o)
	}
	return failed("unknown op %q", o.Op)
}

func runCase(o op) answer {
	f := cases[o.Name]
	if f == nil {
		return failed("unknown case %q", o.Name)
	}
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("panic: %v", p)
			}
		}()
		done <- f(o)
	}()
	select {
	case err := <-done:
		if err != nil {
			return failed("%v", err)
		}
		return answer{"ok": true}
	case <-time.After(28 * time.Second):
		return failed("no result within 28 s")
	}
}

func equal(what string, want, got any) error {
	if reflect.DeepEqual(want, got) {
		return nil
	}
	return fmt.Errorf("%s: expected %#v, got %#v", what, want, got)
}
