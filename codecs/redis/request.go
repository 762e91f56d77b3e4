package redis

import (
	"bytes"
	"errors"
	"math"
	"slices"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The request object, which is the key of GET, in JSON or in MessagePack; members come in any order and unknown ones are passed
// over:
//
//	{"action": service, "params": {"m": method, "args": [argument, …]}, "id": text, "props": {text: text, …}}

// errNoObject says that a key is no request object at all, which is the command's failure and not a call's.
var errNoObject = errors.New("redis: decode request: the key is neither a JSON object nor a MessagePack map")

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
	scan  scanner
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
	f, ok := formAt(key)
	if !ok {
		return errNoObject
	}
	m.Hint |= f.hint()
	r := request{scan: scan(f, key), m: m}
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
			if t := r.scan.text(); t != nil {
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
		v := r.scan.text()
		if len(r.m.Meta.Pairs) >= maxProps {
			r.wrong = "too many props"
		} else if v != nil {
			r.m.Meta.Add(k, string(v))
		}
	}
}

func (r *request) name() string { return wire.Intern(r.scan.text()) }

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
	case r.scan.form == packed && r.scan.pack.Deepest() > maxDepth, r.scan.form == textual && tooDeep(key):
		return refuse(ecArguments, "nesting over limit 64")
	}
	m.Kind, m.End = codecs.Request, true
	m.Format, m.Args, m.Meta.Loaded = formats[r.scan.form], int16(r.count), true
	m.Body = wire.Borrow(r.args)
	if r.args == nil {
		m.Body = wire.Copy([]byte(r.scan.form.none()))
	}
	return nil
}

func refuse(ec int32, text string) error {
	return &codecs.Error{Status: codecs.Status{Code: codecs.Invalid, Text: "redis: decode request: " + text,
		Native: codecs.Native{Of: name, Code: ec}}}
}

// tooDeep says whether a valid JSON text nests deeper than maxDepth. Few texts have enough brackets to need a second look.
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

// appendRequest appends what stands before the arguments of a request object with those props.
func appendRequest(b []byte, f form, m *codecs.Message, props []codecs.Pair) []byte {
	n := 2
	if len(props) > 0 {
		n = 3
	}
	b = f.text(f.member(f.open(b, n), "action"), m.Service)
	b = f.open(f.member(b, "params"), 2)
	b = f.text(f.member(b, "m"), m.Method)
	return f.member(b, "args")
}

// appendRequestEnd appends what stands behind them.
func appendRequestEnd(b []byte, f form, props []codecs.Pair) []byte {
	b = f.close(b)
	if len(props) > 0 {
		b = f.open(f.member(b, "props"), len(props))
		for _, p := range props {
			b = f.text(f.member(b, p.Key), p.Value)
		}
		b = f.close(b)
	}
	return f.close(b)
}

// sendable gives the pairs that can be props: what is reserved never comes from another protocol.
func sendable(pairs []codecs.Pair) []codecs.Pair {
	unfit := func(p codecs.Pair) bool { return p.Key == "" || reserved.Has(p.Key) }
	if !slices.ContainsFunc(pairs, unfit) {
		return pairs
	}
	return slices.DeleteFunc(slices.Clone(pairs), unfit)
}
