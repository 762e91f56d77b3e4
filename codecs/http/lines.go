package http

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// lines finds the request line that a caller's method and path are of. It is immutable.
type lines struct{ root node }

// node is a segment of paths. A literal goes before *, that before **.
type node struct {
	literal  map[string]*node
	one, all *node // * and **
	ends     map[string]*route
}

// route is a method that is reached by a request line.
type route struct {
	*line
	service, name string
	spans         []span // of the places, in the segments of the path
}

// span is the segments from..to of a path; to 0: all that follow.
type span struct{ from, to int }

var _ codecs.Liner = Codec{}

// Lines implements codecs.Liner.
func (Codec) Lines(list []codecs.Line) (any, error) {
	table := &lines{}
	var errs []error
	for _, l := range list {
		if err := table.add(l); err != nil {
			errs = append(errs, fmt.Errorf("http: %s.%s: %w", l.Service, l.Method, err))
		}
	}
	return table, errors.Join(errs...)
}

// add puts in a line. One that no caller can use, because a place is less than a segment or the path has a query, is left out.
func (t *lines) add(c codecs.Line) error {
	l, err := parseLine(c.Text)
	if err != nil {
		return err
	}
	segments, verb, spans, ok := l.segments()
	if !ok {
		return nil
	}
	n := &t.root
	for _, s := range segments {
		n = n.make(s)
	}
	key := l.method + ":" + verb
	if n.ends == nil {
		n.ends = map[string]*route{}
	}
	if old := n.ends[key]; old != nil {
		return fmt.Errorf("%q is the request line of %s.%s too", c.Text, old.service, old.name)
	}
	n.ends[key] = &route{l, c.Service, c.Method, spans}
	return nil
}

// segments takes the path apart: its segments, * and ** among them, the verb behind the last colon, and where the places lie.
func (l *line) segments() (list []string, verb string, spans []span, ok bool) {
	var path string
	for i, part := range l.parts {
		if i&1 == 0 {
			if i > 0 && part != "" && part[0] != '/' && part[0] != ':' {
				return nil, "", nil, false
			}
			path += part
			continue
		}
		if !strings.HasSuffix(path, "/") {
			return nil, "", nil, false
		}
		pattern := l.places[i/2].pattern
		if pattern == nil {
			pattern = []string{"*"}
		}
		from := strings.Count(path, "/") - 1
		s := span{from, from + len(pattern)}
		if pattern[len(pattern)-1] == "**" {
			s.to = 0
		}
		spans = append(spans, s)
		path += strings.Join(pattern, "/")
	}
	if i := strings.LastIndexByte(path, ':'); i > strings.LastIndexByte(path, '/') {
		path, verb = path[:i], path[i+1:]
	}
	raw, ok := split([]byte(path))
	if !ok || strings.Contains(path, "?") {
		return nil, "", nil, false
	}
	for i, s := range raw {
		if list = append(list, string(s)); list[i] == "**" && i < len(raw)-1 {
			return nil, "", nil, false
		}
	}
	return list, verb, spans, true
}

// make gives the node behind n for a segment.
func (n *node) make(segment string) *node {
	to := &n.one
	switch segment {
	case "*":
	case "**":
		to = &n.all
	default:
		if n.literal == nil {
			n.literal = map[string]*node{}
		}
		next := n.literal[segment]
		if next == nil {
			next = &node{}
			n.literal[segment] = next
		}
		return next
	}
	if *to == nil {
		*to = &node{}
	}
	return *to
}

// split takes a path apart and undoes the escapes of each segment. It is false for what is no path, or one that others would read as
// another.
func split(path []byte) (segments [][]byte, ok bool) {
	if len(path) == 0 || path[0] != '/' {
		return nil, false
	}
	for _, c := range path {
		if !pathChar[c] {
			return nil, false
		}
	}
	for s := range bytes.SplitSeq(path[1:], []byte("/")) {
		text, ok := s, true
		if bytes.IndexByte(s, '%') >= 0 {
			text, ok = percentDecode(make([]byte, 0, len(s)), s)
		}
		if !ok || !isSegment(text) {
			return nil, false
		}
		segments = append(segments, text)
	}
	return segments, true
}

// isSegment says whether a segment is text that leads nowhere else. It may hold a slash, which was escaped.
func isSegment(p []byte) bool {
	for _, c := range p {
		if c < ' ' || c == 0x7f {
			return false
		}
	}
	return len(p) > 0 && string(p) != "." && string(p) != ".." && utf8.Valid(p)
}

// find gives the route of a method and a path, with the texts of its places; nil: there is none.
func (t *lines) find(method, path []byte) (*route, []string) {
	segments, ok := split(path)
	if !ok {
		return nil, nil
	}
	last := len(segments) - 1
	if i := bytes.LastIndexByte(path, ':'); i > bytes.LastIndexByte(path, '/') {
		if verb, ok := split(append([]byte{'/'}, path[i+1:]...)); ok {
			rest, _ := percentDecode(nil, path[bytes.LastIndexByte(path, '/')+1:i])
			whole := segments[last]
			if segments[last] = rest; isSegment(rest) {
				if r := t.root.find(segments, string(method)+":"+string(verb[0])); r != nil {
					return r.texts(segments)
				}
			}
			segments[last] = whole
		}
	}
	if r := t.root.find(segments, string(method)+":"); r != nil {
		return r.texts(segments)
	}
	return nil, nil
}

func (n *node) find(segments [][]byte, key string) *route {
	if len(segments) == 0 {
		return n.ends[key]
	}
	if next := n.literal[string(segments[0])]; next != nil {
		if r := next.find(segments[1:], key); r != nil {
			return r
		}
	}
	if n.one != nil {
		if r := n.one.find(segments[1:], key); r != nil {
			return r
		}
	}
	if n.all != nil {
		return n.all.ends[key]
	}
	return nil
}

// texts gives what stands in the places. A slash that was escaped can be in a place of one segment only: in another nobody could tell
// it from one that was not.
func (r *route) texts(segments [][]byte) (*route, []string) {
	texts := make([]string, len(r.spans))
	for i, s := range r.spans {
		if s.to == 0 {
			s.to = len(segments)
		}
		inside := segments[s.from:s.to]
		text := bytes.Join(inside, []byte("/"))
		if r.places[i].pattern != nil && bytes.Count(text, []byte("/")) != len(inside)-1 {
			return nil, nil
		}
		texts[i] = string(text)
	}
	return r, texts
}
