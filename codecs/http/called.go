package http

import (
	"bytes"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
)

// Limits of what a path and a query say.
const (
	maxQuery = 100 // parts of a query
	maxDots  = 16  // in the name of a member
)

// called is a call that was made by a request line: its method, and what the path and the query say of the arguments.
type called struct {
	route *route
	texts []string // of the places
	args  tree
}

// bare says that the call has no body, so that no Content-Type need be there.
func (c *called) bare() bool { return c != nil && c.route.bodiless() }

// line looks whether the request is made by a request line.
func (r *requestHead) line(method, target []byte, c *callee) bool {
	table := c.lines()
	if table == nil {
		return false
	}
	path, query, asks := bytes.Cut(target, []byte("?"))
	route, texts := table.find(method, path)
	if route == nil {
		return false
	}
	r.h.Service, r.h.Method = route.service, route.name
	r.called = &called{route: route, texts: texts}
	switch {
	case route.bodiless() && !c.access.takesSite(r.site, r.origin):
		r.refused = refuse(403, codecs.Denied, "Sec-Fetch-Site %.32q: a page of another site may not call, see the option origins", r.site)
	case asks && !route.queries():
		r.refused = refuse(400, codecs.Invalid, "decode request: %s: a query, but all that has no place is in the body", route.text)
	case !r.called.read(query):
		r.refused = refuse(400, codecs.Invalid, "decode request: %s: query %.64q", route.text, query)
	}
	return true
}

// read takes the places and the query into the arguments.
func (c *called) read(query []byte) bool {
	for i := range c.texts {
		if !c.args.add(c.route.places[i].name, c.texts[i], true) {
			return false
		}
	}
	for n := 0; len(query) > 0; n++ {
		var one []byte
		one, query, _ = bytes.Cut(query, []byte("&"))
		name, value, _ := bytes.Cut(one, []byte("="))
		if len(one) == 0 {
			continue
		}
		key, ok1 := queryText(name)
		text, ok2 := queryText(value)
		if n == maxQuery || !ok1 || !ok2 || !c.args.add(key, text, false) {
			return false
		}
	}
	return true
}

// queryText undoes the escapes of a part of a query, where a plus is a space.
func queryText(p []byte) (string, bool) {
	text, ok := percentDecode(make([]byte, 0, len(p)), bytes.ReplaceAll(p, []byte("+"), []byte(" ")))
	if !ok {
		return "", false
	}
	s := string(text)
	return s, strings.ToValidUTF8(s, "") == s
}

// join gives the arguments: what the path and the query say, and the body.
func (c *called) join(body []byte) ([]byte, error) {
	l := c.route.line
	if len(bytes.TrimLeft(body, " \t\r\n")) == 0 {
		return c.args.append(nil), nil
	}
	if err := json.Valid(body); err != nil {
		return nil, refuse(400, codecs.Invalid, "decode request: %s: %v", l.text, err)
	}
	s := json.Scan(body)
	kind := s.Kind()
	switch m := l.member(); {
	case l.bodiless():
		return nil, refuse(400, codecs.Invalid, "decode request: %s: a body, but there is no place for it", l.text)
	case m != "":
		if !c.args.hang(m, body) {
			return nil, refuse(400, codecs.Invalid, "decode request: %s: the body is no object, but has members elsewhere", l.text)
		}
		return c.args.append(nil), nil
	case kind == '{':
		return c.args.merge(nil, body), nil
	case l.said:
		return nil, refuse(400, codecs.Invalid, "decode request: %s: the body is no object", l.text)
	}
	return c.positional(body, kind == '['), nil
}

// positional gives the texts of the places and then what a body says that is no object.
func (c *called) positional(body []byte, list bool) []byte {
	if len(c.texts) == 0 {
		return body
	}
	dst := []byte{'['}
	for _, t := range c.texts {
		dst = append(json.AppendString(dst, t), ',')
	}
	if !list {
		return append(append(dst, body...), ']')
	}
	s := json.Scan(body)
	for s.List(); s.Element(); {
		dst = append(append(dst, s.Value()...), ',')
	}
	dst[len(dst)-1] = ']'
	return dst
}
