package http

import (
	"bytes"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
)

// This file is methods whose name at the target is a request line, "GET /users/{id}": the arguments are taken apart and put
// into the path, the query and the body.

// isVerb says whether a method's name is a request line.
func isVerb(method string) bool { return strings.IndexByte(method, ' ') >= 0 }

// verb is a request line that is being filled in.
type verb struct {
	method string
	parts  []string // of the path: literals and names of places in turn
	values [][]byte // JSON, one per place
	object bool     // the only argument is an object: places are filled by name
	rest   []member // of the object, or arguments without names
	taken  bool     // some argument is in the path
}

// member is a member of the object, both as they stand in JSON, or an argument without name.
type member struct{ name, value []byte }

// newVerb reads a request line and shares the arguments out; body is what encodes them.
func newVerb(line string, body []byte) (*verb, error) {
	method, path, _ := strings.Cut(line, " ")
	parts, ok := splitTemplate(path)
	switch method {
	case "GET", "DELETE", "POST", "PUT", "PATCH":
	default:
		ok = false
	}
	if !ok {
		return nil, codecs.Errorf(codecs.Internal, "http: encode request: %.64q is no request line with a path", line)
	}
	v := &verb{method: method, parts: parts, values: make([][]byte, len(parts)/2)}
	v.taken = len(v.values) > 0
	if err := v.share(body); err != nil {
		return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %s: %v", line, err)
	}
	for i, value := range v.values {
		if value == nil {
			return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %s: no argument for {%s}", line, parts[2*i+1])
		}
	}
	return v, nil
}

// share gives the places their arguments and the rest what is left.
func (v *verb) share(body []byte) error {
	s := json.Scan(body)
	if s.Kind() != '[' {
		only := s.Value()
		if err := s.End(); err != nil {
			return err
		}
		return v.shareOne(only)
	}
	var args [][]byte
	for s.List(); s.Element(); {
		args = append(args, s.Value())
	}
	if err := s.End(); err != nil {
		return err
	}
	if len(args) == 1 {
		return v.shareOne(args[0])
	}
	n := copy(v.values, args)
	for _, a := range args[n:] {
		v.rest = append(v.rest, member{value: a})
	}
	return nil
}

// shareOne shares out the only argument.
func (v *verb) shareOne(arg []byte) error {
	if len(arg) == 0 || arg[0] != '{' {
		if len(v.values) > 0 {
			v.values[0] = arg
		} else {
			v.rest = []member{{value: arg}}
		}
		return nil
	}
	v.object = true
	s := json.Scan(arg)
	var key []byte
	for s.Object(); s.Member(&key); {
		m := member{bytes.Clone(key), s.Value()}
		if v.place(m) {
			continue
		}
		v.rest = append(v.rest, m)
	}
	return s.End()
}

// place puts a member into the place of its name. A second member of the name stays over.
func (v *verb) place(m member) bool {
	for i := range v.values {
		if v.parts[2*i+1] == string(m.name) && v.values[i] == nil {
			v.values[i] = m.value
			return true
		}
	}
	return false
}

// inQuery says that what is left goes into the query, because the method has no body.
func (v *verb) inQuery() bool { return v.method == "GET" || v.method == "DELETE" }

// appendTarget fills in the path and the query.
func (v *verb) appendTarget(dst []byte) ([]byte, error) {
	from := len(dst)
	var ok bool
	for i, part := range v.parts {
		if i&1 == 0 {
			dst = append(dst, part...)
			continue
		}
		at := len(dst)
		if dst, ok = appendScalar(dst, v.values[i/2]); !ok || !plainSegments(string(dst[at:])) {
			return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %.32q cannot stand in a path, {%s}", v.values[i/2], part)
		}
	}
	if !v.inQuery() {
		return dst, nil
	}
	if len(v.rest) > 0 && !v.object {
		return nil, codecs.Errorf(codecs.Invalid, "http: encode request: %d arguments are left over and %s has no body", len(v.rest), v.method)
	}
	sep := byte('?')
	if bytes.IndexByte(dst[from:], '?') >= 0 {
		sep = '&'
	}
	for _, m := range v.rest {
		if dst, ok = appendQuery(dst, &sep, m); !ok {
			return nil, codecs.Errorf(codecs.Invalid, "http: encode request: member %.32q cannot stand in a query", m.name)
		}
	}
	return dst, nil
}

// appendQuery appends name=value, once for each element of an array, not at all for null.
func appendQuery(dst []byte, sep *byte, m member) (_ []byte, ok bool) {
	s := json.Scan(m.value)
	switch s.Kind() {
	case 'n':
		return dst, true
	case '[':
		for s.List(); s.Element(); {
			if e := s.Value(); e[0] == '[' {
				return nil, false
			} else if dst, ok = appendQuery(dst, sep, member{m.name, e}); !ok {
				return nil, false
			}
		}
		return dst, true
	}
	dst = append(dst, *sep)
	*sep = '&'
	dst = append(appendKept(dst, string(m.name), &segmentChar), '=')
	return appendScalar(dst, m.value)
}

// appendScalar appends text, a number or a boolean, escaped.
func appendScalar(dst, value []byte) (_ []byte, ok bool) {
	switch value[0] {
	case '{', '[', 'n':
		return nil, false
	case '"':
		value = json.Unquote(nil, value)
	}
	return appendKept(dst, string(value), &segmentChar), true
}

// body appends what is left as the body; nil: there is none.
func (v *verb) body(dst []byte) []byte {
	switch {
	case v.inQuery() || len(v.rest) == 0 && (v.taken || !v.object):
		return nil
	case v.object:
		return appendObject(dst, v.rest)
	case len(v.rest) == 1:
		return append(dst, v.rest[0].value...)
	}
	for i, m := range v.rest {
		dst = append(dst, "[,"[min(i, 1)])
		dst = append(dst, m.value...)
	}
	return append(dst, ']')
}
