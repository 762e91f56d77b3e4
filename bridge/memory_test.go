//go:build linux && !race

package bridge_test

// The race detector needs many times the memory of the program, and other systems do not tell the peak of another process.

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
)

// forget has the kernel begin anew to look for the most memory used.
func (p *process) forget() {
	p.t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", p.pid), []byte("5"), 0); err != nil {
		p.t.Fatalf("the peak of a process's memory cannot be measured here: %v", err)
	}
}

// memory gives a line of the process's status, in bytes.
func (p *process) memory(name string) int {
	p.t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.pid))
	if err != nil {
		p.t.Fatalf("the gateway is gone: %v", err)
	}
	for line := range strings.Lines(string(text)) {
		if f := strings.Fields(line); len(f) == 3 && f[0] == name+":" {
			n, err := strconv.Atoi(f[1])
			if err != nil {
				p.t.Fatal(err)
			}
			return n << 10
		}
	}
	p.t.Fatalf("no %s", name)
	return 0
}

// TestMemory measures the most memory that the gateway ever has, while it takes what is large or grows.
func TestMemory(t *testing.T) {
	p := startVictim(t, serveRedis(t, func(*request) string { return "ok" }).addr)
	for _, from := range protocols { // what everybody needs once
		callers[from](t, p.dial()).call(user, "getUser", "x")
	}
	const size = 8<<20 - 4<<10
	text := func(n int) string {
		var b bytes.Buffer
		for n > 0 {
			k := min(n, 0x7fff)
			mark := byte('R')
			if n == k {
				mark = 'S'
			}
			b.WriteString(string([]byte{mark, byte(k >> 8), byte(k)}) + strings.Repeat("x", k))
			n -= k
		}
		return b.String()
	}
	call := func(args string) string {
		return dubboFrame(twoWay, 0, 1, invocation(user, "0.0.0", "getUser", descText, args, attached("path", user)))
	}
	bomb := "\x5a"
	for i := range 24 {
		bomb = "\x7a" + bomb + "Q" + string([]byte{0x90 + byte(24-i)})
	}
	for _, tc := range []struct {
		name, send string
	}{
		{"redis, 8 MB", get(key(user, "getUser", strings.Repeat("x", size-100)))},
		{"http, 8 MB", post("/"+user+"/getUser", `["`+strings.Repeat("x", size-500)+`"]`)},
		{"http, 8 MB of brackets", post("/"+user+"/getUser", strings.Repeat("[", size-500))},
		{"http, 8 MB of little numbers", post("/"+user+"/getUser", `{"s":[`+strings.Repeat("1,", size/2-500)+`1]}`)},
		{"dubbo, 8 MB", call(text(size - 1000))},
		{"dubbo, 8 MB of empty lists", call("\x57" + strings.Repeat("\x78", size-1000) + "Z")},
		{"dubbo, references", call(bomb)},
		{"dubbo, 60 000 frames in one go", strings.Repeat(dubboRequest(oneWay, 1, "nobody", "x", "y"), 60_000) + call(hs("x"))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p.forget()
			before := p.memory("VmRSS")
			c := p.dial()
			go func() { _, _ = io.WriteString(c, tc.send) }()
			if _, err := c.Read(make([]byte, 1)); err != nil {
				t.Errorf("no answer: %v", err)
			}
			_ = c.Close()
			// What the runtime itself needs, and the reply, is allowed besides.
			const besides = 8 << 20
			if grown := p.memory("VmHWM") - before; grown > 4*len(tc.send)+besides {
				t.Errorf("%d bytes made the gateway grow by %d", len(tc.send), grown)
			} else {
				t.Logf("%d bytes in, %d more memory", len(tc.send), grown)
			}
		})
	}
}
