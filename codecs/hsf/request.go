package hsf

import (
	"bytes"
	"time"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The wrapper of a generic invocation. Its arguments are the method that is meant, its parameter types, its own arguments.
const (
	methodInvoke = "$invoke"
	descInvoke   = "Ljava/lang/String;[Ljava/lang/String;[Ljava/lang/Object;"
	argsInvoke   = 3
)

// request reads a request's head and leaves its arguments and properties where they are. A generic invocation is unwrapped: the
// header has the method that is meant.
func (s *session) request(m *codecs.Message, p []byte) error {
	l, err := measure(p)
	if err != nil {
		return err
	}
	y := s.syntaxOf(p[3])
	m.Kind, m.End = codecs.Request, true
	m.Hint = hintMark | uint64(p[3])
	m.Timeout = timeoutOf(p)
	m.Args, m.Format = int16(l.n), y.arguments(codecs.Args)
	m.Frame = codecs.Frame{Of: Name, Bytes: wire.Borrow(p)}
	m.Body = wire.Borrow(p[l.values:l.props])
	names := p[l.names:l.values]
	switch {
	case p[3] == 0 || p[3] > codecMax:
		return codecs.Errorf(codecs.Invalid, "hsf: decode request: codec %d, not 1 to %d", p[3], codecMax)
	case len(names) > s.maxHead:
		return codecs.Errorf(codecs.Invalid, "hsf: decode request: names of %d bytes over limit %d", len(names), s.maxHead)
	case l.service == 0 || l.method == 0:
		return codecs.Errorf(codecs.NotFound, "hsf: decode request: no service or no method")
	case !utf8.Valid(names):
		return codecs.Errorf(codecs.Invalid, "hsf: decode request: names that are not UTF-8")
	}
	if readService(m, names[:l.service]); m.Service == "" {
		return codecs.Errorf(codecs.NotFound, "hsf: decode request: a version of no service")
	}
	m.Method = wire.Intern(names[l.service : l.service+l.method])
	m.Descriptor = descriptorOf(&l, p)
	if y.json() {
		if err := y.check(&l, p); err != nil {
			return refuse(codecs.Invalid, "decode request", err)
		}
		m.Body = joined(&l, p)
	}
	if m.Method != methodInvoke {
		return nil
	}
	if m.Descriptor != descInvoke {
		return codecs.Errorf(codecs.Invalid, "hsf: decode request: $invoke with the parameter types %.200q", m.Descriptor)
	}
	if err := y.unwrap(m, &l, p); err != nil {
		return refuse(codecs.Invalid, "decode $invoke", err)
	}
	return nil
}

// arguments is the format of arguments in a syntax.
func (y syntax) arguments(shape codecs.Shape) codecs.Format {
	f := codecs.Format{Encoding: y.encoding, Shape: shape}
	if y.hessian() {
		f.Wrap = codecs.Apart
	}
	return f
}

// readService parts what a frame calls the service: name, version and group, with colons between.
func readService(m *codecs.Message, p []byte) {
	name, rest, _ := bytes.Cut(p, colon)
	ver, group, grouped := bytes.Cut(rest, colon)
	m.Service, m.Version, m.Group = wire.Intern(name), wire.Intern(ver), wire.Intern(group)
	if grouped {
		m.Hint |= hintGrouped
	}
}

var colon = []byte{':'}

// timeoutOf is the time that a request says it has.
func timeoutOf(p []byte) time.Duration {
	if ms := length(p, 15); ms > 0 {
		return time.Duration(ms) * time.Millisecond
	}
	return defaultTimeout
}

// descriptorOf gives the parameter types of a request in the header's form; "" if one of them is no type.
func descriptorOf(l *layout, p []byte) string {
	var buf [512]byte
	desc, at := buf[:0], l.names+l.service+l.method
	for i := range l.n {
		n := l.typeLen(p, i)
		var ok bool
		if desc, ok = appendDescriptor(desc, p[at:at+n]); !ok {
			return ""
		}
		at += n
	}
	return wire.Intern(desc)
}

// unwrap gives the header the method, the types and the number of arguments that $invoke wraps.
func (y syntax) unwrap(m *codecs.Message, l *layout, p []byte) error {
	switch {
	case y.json():
		return unwrapJSON(m)
	case !y.hessian():
		// Opaque: without names, for a rule that takes every service.
		m.Header = codecs.Header{Args: -1, Timeout: m.Timeout, Format: m.Format}
		return nil
	}
	m.Format.Shape = codecs.Generic
	var types [8]string
	inv := hessian.Invocation{Types: types[:0]}
	end := l.values + l.valueLen(p, 0)
	behind := end + l.valueLen(p, 1)
	if err := y.invoke(&inv, p[l.values:end], p[end:behind], p[behind:l.props]); err != nil {
		return err
	}
	return meant(m, inv.Method, inv.Types, inv.Args)
}

// meant puts what $invoke wraps into the header. types nil: the caller does not say; args -1: they are not counted.
func meant(m *codecs.Message, method string, types []string, args int) error {
	switch {
	case method == "":
		return codecs.Errorf(codecs.Invalid, "no method")
	case args > maxArgs || types != nil && args >= 0 && args != len(types):
		return codecs.Errorf(codecs.Invalid, "%d types and %d arguments", len(types), args)
	}
	m.Method, m.Args = method, int16(args)
	var buf [512]byte
	desc := buf[:0]
	for _, t := range types {
		var ok bool
		if desc, ok = appendDescriptor(desc, t); !ok {
			return codecs.Errorf(codecs.Invalid, "malformed type %.100q", t)
		}
	}
	m.Descriptor = wire.Intern(desc)
	return nil
}

// invoke reads the three arguments of $invoke, each a stream of its own.
func (y syntax) invoke(inv *hessian.Invocation, method, types, args []byte) error {
	var sc hessian.Scanner
	y.scan(&sc, method)
	name, null, err := sc.Text()
	if err != nil || null || sc.Left() > 0 {
		return part("the method", &sc, err)
	}
	inv.Method = wire.Intern(name)
	y.scan(&sc, types)
	if err := sc.InvokedTypes(inv); err != nil || sc.Left() > 0 {
		return part("the types", &sc, err)
	}
	y.scan(&sc, args)
	if err := sc.InvokedArgs(inv); err != nil || sc.Left() > 0 {
		return part("the arguments", &sc, err)
	}
	return nil
}

// part says what is wrong with a part of $invoke.
func part(what string, sc *hessian.Scanner, err error) error {
	if err != nil {
		return codecs.Errorf(codecs.Invalid, "%s: %s", what, codecs.StatusOf(err).Text)
	}
	return codecs.Errorf(codecs.Invalid, "%s: null, or with %d bytes behind", what, sc.Left())
}

// unwrapJSON reads $invoke in JSON. What is left of it is the array of the arguments: nothing there needs the map form that Hessian's
// generic invocations have.
func unwrapJSON(m *codecs.Message) error {
	var parts [argsInvoke][]byte
	i := 0
	if err := eachElement(m.Body.Bytes(), func(e []byte) error { parts[i] = e; i++; return nil }); err != nil {
		return err
	}
	s := json.Scan(parts[0])
	method := wire.Intern(s.Text(nil))
	if err := s.End(); err != nil {
		return err
	}
	var types []string
	name := func(e []byte) error {
		s := json.Scan(e)
		types = append(types, wire.Intern(s.Text(nil)))
		return s.End()
	}
	if string(parts[1]) != "null" {
		types = []string{}
		if err := eachElement(parts[1], name); err != nil {
			return err
		}
	}
	if string(parts[2]) == "null" {
		parts[2] = []byte("[]")
	}
	n := 0
	if err := eachElement(parts[2], func([]byte) error { n++; return nil }); err != nil {
		return err
	}
	args := wire.Copy(parts[2])
	m.Body.Release()
	m.Body = args
	return meant(m, method, types, n)
}
