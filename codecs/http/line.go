package http

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// line is a request line that stands for a method:
//
//	METHOD SP path [SP "body=" ("*" / member / nothing)]
//
//	path    literals, and places {name} or {name=pattern}
//	name    a member of the arguments; dots lead into objects
//	pattern segments: a literal, * for any one, ** for any number at the end; without one a place is one segment
//
// These are the path templates of google.api.http, so they are written in the same way. Without body= the arguments that have no
// place are the body, or with GET and DELETE the query; body=* says so of the body, body=member makes that member the body and the
// others the query, and body= all of them the query.
type line struct {
	text   string
	method string
	parts  []string // of the path: literals and the insides of places in turn
	places []place
	said   bool // body= is there
	body   string
}

type place struct {
	name    string
	pattern []string // nil: one segment of any kind
}

// isLine says whether a method's name is a request line.
func isLine(method string) bool { return strings.IndexByte(method, ' ') >= 0 }

// parseLine reads a request line.
func parseLine(text string) (*line, error) {
	bad := func() error {
		return codecs.Errorf(codecs.Internal, "http: encode request: %.64q is no request line with a path", text)
	}
	method, path, _ := strings.Cut(text, " ")
	path, rest, more := strings.Cut(path, " ")
	l := &line{text: text, method: method}
	switch method {
	case "GET", "DELETE", "POST", "PUT", "PATCH":
	default:
		return nil, bad()
	}
	if l.body, l.said = strings.CutPrefix(rest, "body="); more && !l.said || l.said && !isSelector(l.body) {
		return nil, bad()
	}
	var ok bool
	if l.parts, ok = splitTemplate(path); !ok {
		return nil, bad()
	}
	for i := 1; i < len(l.parts); i += 2 {
		p, ok := parsePlace(l.parts[i])
		if !ok {
			return nil, bad()
		}
		l.places = append(l.places, p)
	}
	return l, nil
}

func isSelector(s string) bool { return s == "" || s == "*" || !strings.ContainsAny(s, " .*") }

// parsePlace reads what stands between the brackets.
func parsePlace(s string) (p place, ok bool) {
	var pattern string
	p.name, pattern, ok = strings.Cut(s, "=")
	for part := range strings.SplitSeq(p.name, ".") {
		if part == "" {
			return p, false
		}
	}
	if !ok {
		return p, true
	}
	p.pattern = strings.Split(pattern, "/")
	for i, seg := range p.pattern {
		switch {
		case seg == "*", seg == "**" && i == len(p.pattern)-1:
		case !isLiteral(seg) || !plainSegments(seg) || strings.ContainsAny(seg, "*?:"):
			return p, false
		}
	}
	return p, true
}

// bodiless says that there is no body.
func (l *line) bodiless() bool {
	return l.said && l.body == "" || !l.said && (l.method == "GET" || l.method == "DELETE")
}

// member is the one member that is the body, or "".
func (l *line) member() string {
	if l.body == "*" {
		return ""
	}
	return l.body
}

// queries says that there is a query for what has no place.
func (l *line) queries() bool { return l.bodiless() || l.member() != "" }

// placed says whether the member of that name, with dots, has a place.
func (l *line) placed(name string) bool {
	for i := range l.places {
		if l.places[i].name == name {
			return true
		}
	}
	return false
}

// fits says whether the segments of a text are what the pattern asks for.
func (p *place) fits(text string) bool {
	if !plainSegments(text) {
		return false
	}
	for i, seg := range p.pattern {
		if seg == "**" {
			return true
		}
		var first string
		var more bool
		if first, text, more = strings.Cut(text, "/"); seg != "*" && seg != first || more != (i < len(p.pattern)-1) {
			return false
		}
	}
	return true
}
