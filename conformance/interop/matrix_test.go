package interop

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/conformance/matrix"
)

// TestMatrix looks at what the last whole run has written: every pair of protocols has programs on both sides, no program is left out,
// and what is known to fail is what is listed now.
func TestMatrix(t *testing.T) {
	page, err := os.ReadFile("../../docs/matrix.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(page)
	if !strings.HasSuffix(text, matrix.Page()+whatFails()) {
		t.Errorf("docs/matrix.md lists other cases that fail, or other things that cannot cross: make matrix writes it anew")
	}
	for _, c := range clients {
		if !strings.Contains(text, "\n| "+c.name+" |") {
			t.Errorf("docs/matrix.md lacks %s", c.name)
		}
	}
	for _, p := range protocols {
		_, row, _ := strings.Cut(text, "\n| "+p+" |")
		row, _, _ = strings.Cut(row, "\n")
		for cell := range strings.SplitSeq(strings.TrimSuffix(row, "|"), "|") {
			if from, to, _ := strings.Cut(cell, "→"); strings.TrimSpace(from) == "" || strings.TrimSpace(to) == "" {
				t.Errorf("docs/matrix.md: from %s: nothing proves the cell %q", p, cell)
			}
		}
	}
}

// cell is how one client fared with one server.
type cell struct {
	client, server string
	from, to       string // protocols
	passed         int
	known          []string // cases that failed as known
}

type results struct {
	cells map[[2]string]*cell
}

func (r *results) cell(c *client, s *server) *cell {
	k := [2]string{c.name, s.label()}
	if r.cells[k] == nil {
		r.cells[k] = &cell{client: c.name, server: s.label(), from: c.protocol, to: s.protocol}
	}
	return r.cells[k]
}

var protocols = []string{"redis", "dubbo", "hsf", "bolt", "http", "grpc"}

// matrix is docs/matrix.md.
func (r *results) matrix() string {
	var b strings.Builder
	b.WriteString(`# What was seen working

Written by ` + "`make matrix`" + ` (conformance/interop); do not edit. In each cell stand programs of other people's making that called and
that served through dragoman in that run; none of the cells is proved by dragoman's own code on both ends. What the names stand for, and
what each case does, is in conformance/peers/README.md. Of HSF there is no program to be had: hsfjava and hsfpy were written for this
test, from the descriptions that dragoman was written from, and share no code with it.

`)
	b.WriteString("| from / to | " + strings.Join(protocols, " | ") + " |\n|---" + strings.Repeat("|---", len(protocols)) + "|\n")
	for _, from := range protocols {
		fmt.Fprintf(&b, "| %s |", from)
		for _, to := range protocols {
			fmt.Fprintf(&b, " %s |", r.proof(from, to))
		}
		b.WriteByte('\n')
	}
	b.WriteString("\n## Cases\n\nHow many cases passed of each pair; `+n` is how many more fail for a reason that is listed below.\n\n| client |")
	for i := range servers {
		fmt.Fprintf(&b, " %s |", servers[i].label())
	}
	b.WriteString("\n|---|" + strings.Repeat("---|", len(servers)) + "\n")
	for _, c := range clients {
		fmt.Fprintf(&b, "| %s |", c.name)
		for i := range servers {
			fmt.Fprintf(&b, " %s |", r.count(c.name, servers[i].label()))
		}
		b.WriteByte('\n')
	}
	b.WriteString("\n`-plain`: dragoman has no contract.\n" + matrix.Page() + whatFails())
	return b.String()
}

// whatFails lists the known cases.
func whatFails() string {
	var b strings.Builder
	b.WriteString("\n## What fails, and why\n\n| clients | servers | case | reason |\n|---|---|---|---|\n")
	for _, k := range knownCases {
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", all(k.clients), all(k.servers), k.name, k.why)
	}
	return b.String()
}

// proof names the programs that prove a pair of protocols.
func (r *results) proof(from, to string) string {
	var callers, served []string
	for _, c := range clients {
		for i := range servers {
			s := servers[i].label()
			if got := r.cells[[2]string{c.name, s}]; got != nil && got.passed > 0 && got.from == from && got.to == to {
				if !slices.Contains(callers, c.name) {
					callers = append(callers, c.name)
				}
				if !servers[i].plain && !slices.Contains(served, s) {
					served = append(served, s)
				}
			}
		}
	}
	return strings.Join(callers, ", ") + " → " + strings.Join(served, ", ")
}

func (r *results) count(client, server string) string {
	c := r.cells[[2]string{client, server}]
	switch {
	case c == nil:
		return ""
	case len(c.known) == 0:
		return fmt.Sprint(c.passed)
	}
	return fmt.Sprintf("%d +%d", c.passed, len(c.known))
}

func all(names []string) string {
	if len(names) == 0 {
		return "all"
	}
	return strings.Join(names, ", ")
}
