package config

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxErrors is how many faults are told. Who has more will not read them.
const maxErrors = 20

// Error is one fault in a file.
type Error struct {
	File         string
	Line, Column int    // from 1; 0: the file as a whole
	Path         string // "rules[0].match.service"; "" at the top
	Text         string
	Hint         string // what to do about it; may be empty
}

func (e *Error) place() string {
	if e.Line == 0 {
		return e.File
	}
	return fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
}

func (e *Error) Error() string {
	s := e.place() + ": "
	if e.Path != "" {
		s += e.Path + ": "
	}
	s += e.Text
	if e.Hint != "" {
		s += "; " + e.Hint
	}
	return s
}

// Errors are the faults of a file in the order of their places: at least one and at most 20.
type Errors []*Error

func (l Errors) Error() string {
	lines := make([]string, len(l))
	for i, e := range l {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the single errors.
func (l Errors) Unwrap() []error {
	list := make([]error, len(l))
	for i, e := range l {
		list[i] = e
	}
	return list
}

// told sorts faults and cuts the list. Of several at one place the first stays: the others follow from it.
func told(list []*Error) error {
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b *Error) int { return cmp.Or(a.Line-b.Line, a.Column-b.Column) })
	list = slices.CompactFunc(list, func(a, b *Error) bool { return a.Line == b.Line && a.Column == b.Column && a.Line > 0 })
	if over := len(list) - maxErrors; over > 0 {
		list = list[:maxErrors]
		list[maxErrors-1].Hint = fmt.Sprintf("and %d more faults", over)
	}
	return Errors(list)
}

// nodes are the values of a file by their paths.
type nodes map[string]*yaml.Node

// find gives the value at path, or the nearest one around it that is written.
func (n nodes) find(path string) *yaml.Node {
	for {
		if node := n[path]; node != nil || path == "" {
			return node
		}
		path = around(path)
	}
}

// around is the path of the value that holds the one at path.
func around(path string) string { return path[:max(strings.LastIndexAny(path, ".["), 0)] }

// fault makes an Error of a place.
func (n nodes) fault(file, path string) *Error {
	e := &Error{File: file, Path: path}
	if node := n.find(path); node != nil {
		e.Line, e.Column = node.Line, node.Column
	}
	return e
}

// nearest is the hint for a word that is not among the known ones: the one that was probably meant, or all of them.
func nearest(word string, known []string) string {
	best, least := "", 3
	for _, k := range known {
		if d := distance(word, k); d < least && 2*d < len(k) {
			best, least = k, d
		}
	}
	switch {
	case best != "":
		return fmt.Sprintf("did you mean %q?", best)
	case len(known) == 0:
		return ""
	}
	return "known: " + strings.Join(known, ", ")
}

// distance is the number of letters to put in, take out, change or swap with the next to make b of a; 3 stands for more.
func distance(a, b string) int {
	const far = 3
	if len(a) > 64 || len(a)-len(b) >= far || len(b)-len(a) >= far {
		return far
	}
	two, one, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range one {
		one[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := one[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(change, one[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], two[j-2]+1)
			}
		}
		two, one, row = one, row, two
	}
	return min(one[len(b)], far)
}
