package main

import (
	"context"
	"log/slog"
	"strings"
	"testing"
)

// A matrix that cannot show a failure proves nothing.
func TestMatrixShowsFailures(t *testing.T) {
	d, err := startDemo(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer d.close()
	if err := d.samples[1].listener.Close(); err != nil { // nobody answers there any more
		t.Fatal(err)
	}
	cells, err := d.matrix(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	n := len(d.samples)
	if len(cells) != n*n {
		t.Fatalf("%d cells of %d protocols", len(cells), n)
	}
	for i, c := range cells {
		if c.Client != d.samples[i/n].name || c.Server != d.samples[i%n].name {
			t.Errorf("cell %d is %s to %s", i, c.Client, c.Server)
		}
		dead := i%n == 1
		if c.OK == dead {
			t.Errorf("%s to %s: ok is %v", c.Client, c.Server, c.OK)
		}
		if dead && !strings.Contains(c.Error, "dial "+d.samples[1].addr) {
			t.Errorf("%s to %s: %s, want that it cannot be dialled", c.Client, c.Server, c.Error)
		}
	}
}

// The wires of a protocol are one row and one column, and a failure of one of them is seen there.
func TestByProtocol(t *testing.T) {
	var cells []cell
	for _, from := range kindNames() {
		for _, to := range kindNames() {
			c := cell{Client: from, Server: to, OK: from != "http2" || to != "dubbo", AddedUS: 1}
			if !c.OK {
				c.Error = "lost"
			}
			cells = append(cells, c)
		}
	}
	names, merged := protocols(), byProtocol(cells)
	if len(merged) != len(names)*len(names) {
		t.Fatalf("%d cells of %d protocols", len(merged), len(names))
	}
	for i, c := range merged {
		if c.Client != names[i/len(names)] || c.Server != names[i%len(names)] {
			t.Errorf("cell %d is %s to %s", i, c.Client, c.Server)
		}
		if bad := c.Client == "http" && c.Server == "dubbo"; c.OK == bad || bad && c.Error != "http2 to dubbo: lost" {
			t.Errorf("%s to %s: ok is %v, %q", c.Client, c.Server, c.OK, c.Error)
		}
	}
}

func TestSameJSON(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1,"b":[2]}`, ` {"b": [2], "a": 1}`, true},
		{`19.9`, `19.90`, false}, // a decimal that has lost its scale
		{`9007199254740993`, `9007199254740992`, false},
		{`[1]`, `["1"]`, false},
		{`{}`, `null`, false},
		{`{`, `{`, false},
	} {
		if got := sameJSON([]byte(c.a), []byte(c.b)); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}
