package redis

import (
	"bytes"
	"errors"
	"math"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The request object, which is the key of GET; members come in any order and unknown ones are passed over:
//
//	{"action": service, "params": {"m": method, "args": [argument, …]}, "id": text, "props": {text: text, …}}

// errNoObject says that a key is no request object at all, which is the command's failure and not a call's.
var errNoObject = errors.New("redis: decode request: the key is no JSON object")

// member is a set of members of the request object that have come.
type member uint8

const (
	action member = 1 << iota
	params
	method
	args
	id
	props
)

// request is what is read of a request object.
type request struct {
	scan  json.Scanner
	m     *codecs.Message
	seen  member
	twice bool   // a member came twice
	args  []byte // span; nil: absent
	count int
	wrong string // what is wrong with the arguments or what stands around them
}

// readRequest reads a request object into m, borrowing its arguments. On an error of type *codecs.Error the call fails with
// an ec of its own; of the things that are wrong it names the first of service, method and arguments.
func readRequest(m *codecs.Message, key []byte) error {
	r := request{scan: json.Scan(key), m: m}
	if r.scan.Kind() != '{' {
		return errNoObject
	}
	r.object()
	return r.finish(key)
}

// once says that a member has come, and notes whether it had before.
func (r *request) once(x member) {
	r.twice = r.twice || r.seen&x != 0
	r.seen |= x
}

func (r *request) object() {
	var key []byte
	for r.scan.Object(); r.scan.Member(&key); {
		switch string(key) {
		case "action":
			r.once(action)
			r.m.Service = r.name()
		case "params":
			r.once(params)
			r.params()
		case "id":
			r.once(id)
			if t := text(&r.scan); t != nil {
				r.m.Meta.Add("moa-id", string(t))
			}
		case "props":
			r.once(props)
			r.props()
		default:
			r.scan.Value()
		}
	}
}

func (r *request) params() {
	if r.scan.Kind() != '{' {
		r.scan.Value()
		return
	}
	var key []byte
	for r.scan.Object(); r.scan.Member(&key); {
		switch string(key) {
		case "m":
			r.once(method)
			r.m.Method = r.name()
		case "args":
			r.once(args)
			r.arguments()
		default:
			r.scan.Value()
		}
	}
}

func (r *request) arguments() {
	if r.scan.Kind() != '[' {
		r.scan.Value()
		r.wrong = "args is no array"
		return
	}
	if r.args, r.count = r.scan.Array(); r.count > math.MaxInt16 {
		r.wrong = "too many arguments"
	}
}

// props takes the members of props that are strings for metadata.
func (r *request) props() {
	if r.scan.Kind() != '{' {
		r.scan.Value()
		return
	}
	var key []byte
	for r.scan.Object(); r.scan.Member(&key); {
		k := wire.Intern(key)
		v := text(&r.scan)
		if len(r.m.Meta.Pairs) >= maxProps {
			r.wrong = "too many props"
		} else if v != nil {
			r.m.Meta.Add(k, string(v))
		}
	}
}

// text reads a string; nil is any other value.
func text(s *json.Scanner) []byte {
	isText := s.Kind() == '"'
	span := s.Value()
	if !isText || span == nil {
		return nil
	}
	return json.Unquote(nil, span)
}

func (r *request) name() string { return wire.Intern(text(&r.scan)) }

// finish judges what was read and completes the message.
func (r *request) finish(key []byte) error {
	m, err := r.m, r.scan.End()
	switch {
	case m.Service == "":
		return refuse(ecAction, "action is missing, empty or no text")
	case m.Method == "":
		return refuse(ecMethod, "params.m is missing, empty or no text")
	case err != nil:
		return refuse(ecArguments, err.Error())
	case r.twice:
		return refuse(ecArguments, "a member of the request came twice")
	case r.wrong != "":
		return refuse(ecArguments, r.wrong)
	case tooDeep(key):
		return refuse(ecArguments, "nesting over limit 64")
	}
	m.Kind, m.End = codecs.Request, true
	m.Format, m.Args, m.Meta.Loaded = formats[0], int16(r.count), true
	m.Body = wire.Borrow(r.args)
	if r.args == nil {
		m.Body = wire.Copy([]byte("[]"))
	}
	return nil
}

func refuse(ec int32, text string) error {
	return &codecs.Error{Status: codecs.Status{Code: codecs.Invalid, Text: "redis: decode request: " + text,
		Native: codecs.Native{Of: name, Code: ec}}}
}

// tooDeep says whether a valid text nests deeper than maxDepth. Few texts have enough brackets to need a second look.
func tooDeep(key []byte) bool {
	if bytes.Count(key, []byte{'{'})+bytes.Count(key, []byte{'['}) <= maxDepth {
		return false
	}
	s := json.Scan(key)
	return !within(&s, maxDepth)
}

func within(s *json.Scanner, depth int) bool {
	var key []byte
	kind := s.Kind()
	if depth == 0 && (kind == '{' || kind == '[') {
		return false
	}
	switch kind {
	case '{':
		for s.Object(); s.Member(&key); {
			if !within(s, depth-1) {
				return false
			}
		}
	case '[':
		for s.List(); s.Element(); {
			if !within(s, depth-1) {
				return false
			}
		}
	default:
		s.Value()
	}
	return true
}

// appendRequest appends what stands before the arguments of a request object.
func appendRequest(b []byte, service, method string) []byte {
	b = append(b, `{"action":`...)
	b = json.AppendString(b, service)
	b = append(b, `,"params":{"m":`...)
	b = json.AppendString(b, method)
	return append(b, `,"args":`...)
}

// appendRequestEnd appends what stands behind them.
func appendRequestEnd(b []byte, pairs []codecs.Pair) []byte {
	b = append(b, '}')
	sep := `,"props":{`
	for _, p := range pairs {
		if p.Key == "" || reserved.Has(p.Key) { // what is reserved never comes from another protocol
			continue
		}
		b = append(b, sep...)
		b = json.AppendString(b, p.Key)
		b = append(b, ':')
		b = json.AppendString(b, p.Value)
		sep = ","
	}
	if sep == "," {
		b = append(b, '}')
	}
	return append(b, '}')
}
