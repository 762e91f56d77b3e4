package http

import (
	"bytes"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
)

// filling is a request line into which the arguments of a call are put: into its places, its query and its body.
type filling struct {
	line   *line
	values [][]byte // JSON, one per place
	object bool     // the only argument is an object: places are filled by name
	rest   []member // of the object, or arguments without names
	only   []byte   // the member that is the body
}

// member is a member of the object, both as they stand in JSON, or an argument without name.
type member struct{ name, value []byte }

// fill shares out the arguments that body holds.
func (l *line) fill(body []byte) (*filling, error) {
	f := &filling{line: l, values: make([][]byte, len(l.places))}
	if err := f.share(body); err != nil {
		return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %s: %v", l.text, err)
	}
	for i, value := range f.values {
		if value == nil {
			return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %s: no argument for {%s}", l.text, l.parts[2*i+1])
		}
	}
	if m := l.member(); m != "" && !f.object && len(f.rest) > 0 {
		return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %s: the arguments are no object with a member %.32q", l.text, m)
	}
	return f, nil
}

// share gives the places their arguments and the rest what is left.
func (f *filling) share(body []byte) error {
	s := json.Scan(body)
	if s.Kind() != '[' {
		only := s.Value()
		if err := s.End(); err != nil {
			return err
		}
		return f.shareOne(only)
	}
	var args [][]byte
	for s.List(); s.Element(); {
		args = append(args, s.Value())
	}
	if err := s.End(); err != nil {
		return err
	}
	if len(args) == 1 {
		return f.shareOne(args[0])
	}
	n := copy(f.values, args)
	for _, a := range args[n:] {
		f.rest = append(f.rest, member{value: a})
	}
	return nil
}

// shareOne shares out the only argument.
func (f *filling) shareOne(arg []byte) error {
	if len(arg) == 0 || arg[0] != '{' {
		if len(f.values) > 0 {
			f.values[0] = arg
		} else {
			f.rest = []member{{value: arg}}
		}
		return nil
	}
	f.object = true
	s := json.Scan(arg)
	var key []byte
	for s.Object(); s.Member(&key); {
		m := member{bytes.Clone(key), s.Value()}
		if f.place(m) {
			continue
		}
		f.rest = append(f.rest, m)
	}
	return s.End()
}

// place puts a member into the place of its name, and what it holds into those whose names lead into it. It says whether nothing
// is left of the member: a second member of the name stays over, and so does one that was only looked into.
func (f *filling) place(m member) (all bool) {
	for i := range f.values {
		first, path, deeper := strings.Cut(f.line.places[i].name, ".")
		switch {
		case first != string(m.name) || f.values[i] != nil:
		case deeper:
			f.values[i] = within(m.value, path)
		default:
			f.values[i] = m.value
			return true
		}
	}
	if f.only == nil && f.line.member() == string(m.name) {
		f.only = m.value
		return true
	}
	return false
}

// within gives the member of an object to which a name with dots leads, or nil.
func within(value []byte, path string) (found []byte) {
	name, path, deeper := strings.Cut(path, ".")
	if found = memberOf(value, name); deeper && found != nil {
		return within(found, path)
	}
	return found
}

// memberOf gives the first member of that name as it stands in JSON; nil: there is none, or value is no object.
func memberOf(value []byte, name string) (found []byte) {
	s := json.Scan(value)
	if s.Kind() != '{' {
		return nil
	}
	var key []byte
	for s.Object(); s.Member(&key); {
		if v := s.Value(); string(key) == name && found == nil {
			found = v
		}
	}
	if s.End() != nil {
		return nil
	}
	return found
}

// appendTarget fills in the path and the query.
func (f *filling) appendTarget(dst []byte) ([]byte, error) {
	l, from := f.line, len(dst)
	var ok bool
	for i, part := range l.parts {
		if i&1 == 0 {
			dst = append(dst, part...)
		} else if dst, ok = l.places[i/2].append(dst, f.values[i/2]); !ok {
			return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %.32q cannot stand in a path, {%s}", f.values[i/2], part)
		}
	}
	if !l.queries() {
		return dst, nil
	}
	if len(f.rest) > 0 && !f.object {
		return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %d arguments are left over and %s has no body", len(f.rest), l.method)
	}
	q := query{line: l, sep: '?'}
	if bytes.IndexByte(dst[from:], '?') >= 0 {
		q.sep = '&'
	}
	for _, m := range f.rest {
		if dst, ok = q.append(dst, string(m.name), m.value, false); !ok {
			return nil, codecs.Errorf(codecs.Invalid, "http: encode request: member %.32q cannot stand in a query", m.name)
		}
	}
	return dst, nil
}

// append puts a value into the place, if it can stand there.
func (p *place) append(dst, value []byte) (_ []byte, ok bool) {
	if p.pattern == nil {
		at := len(dst)
		dst, ok = appendScalar(dst, value)
		return dst, ok && plainSegments(string(dst[at:]))
	}
	text, ok := scalar(value)
	if !ok || !p.fits(text) {
		return dst, false
	}
	return appendSegments(dst, text), true
}

// query is the query of a request while it is written.
type query struct {
	line *line
	sep  byte // before the next one
}

// append appends name=value: once for each element of an array, with a dot for each member of an object, not at all for null and for
// what stands in the path.
func (q *query) append(dst []byte, name string, value []byte, inList bool) (_ []byte, ok bool) {
	s := json.Scan(value)
	switch kind := s.Kind(); {
	case kind == 'n':
		return dst, true
	case inList && (kind == '[' || kind == '{'):
		return nil, false
	case kind == '[':
		for s.List(); s.Element(); {
			if dst, ok = q.append(dst, name, s.Value(), true); !ok {
				return nil, false
			}
		}
		return dst, true
	case kind == '{':
		var key []byte
		for s.Object(); s.Member(&key); {
			path := name + "." + string(key)
			if v := s.Value(); q.line.placed(path) {
				continue
			} else if dst, ok = q.append(dst, path, v, false); !ok {
				return nil, false
			}
		}
		return dst, true
	}
	dst = append(dst, q.sep)
	q.sep = '&'
	dst = append(appendKept(dst, name, &segmentChar), '=')
	return appendScalar(dst, value)
}

// scalar gives what a text, a number or a boolean says.
func scalar(value []byte) (text string, ok bool) {
	switch value[0] {
	case '{', '[', 'n':
		return "", false
	case '"':
		value = json.Unquote(nil, value)
	}
	return string(value), true
}

// appendScalar appends text, a number or a boolean, escaped.
func appendScalar(dst, value []byte) (_ []byte, ok bool) {
	text, ok := scalar(value)
	return appendKept(dst, text, &segmentChar), ok
}

// body appends the body; nil: there is none.
func (f *filling) body(dst []byte) []byte {
	switch {
	case f.line.bodiless():
		return nil
	case f.line.member() != "":
		return f.only
	case len(f.rest) == 0 && (len(f.values) > 0 || !f.object):
		return nil
	case f.object:
		return appendObject(dst, f.rest)
	case len(f.rest) == 1:
		return append(dst, f.rest[0].value...)
	}
	for i, m := range f.rest {
		dst = append(dst, "[,"[min(i, 1)])
		dst = append(dst, m.value...)
	}
	return append(dst, ']')
}
