package dubbo

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The wrapper of a generic invocation. Its arguments are the method that is meant, its parameter types, its own arguments.
const (
	methodInvoke      = "$invoke"
	methodInvokeAsync = "$invokeAsync" // the same on the wire
	descInvoke        = "Ljava/lang/String;[Ljava/lang/String;[Ljava/lang/Object;"
	argsInvoke        = 3
)

// request reads a request's head and leaves its arguments and attachments where they are. A generic invocation is unwrapped:
// the header has the method that is meant.
func (s *session) request(m *codecs.Message, p []byte) error {
	serial, body := p[2]&serialMask, p[headLen:]
	m.Kind, m.End = codecs.Request, true
	m.Hint = hintMark | uint64(serial)
	if p[2]&flagTwoWay == 0 {
		m.Kind = codecs.Oneway
		m.Hint |= hintOneway
	}
	m.Args, m.Format.Shape = -1, codecs.Args
	m.Frame = codecs.Frame{Of: Name, Bytes: wire.Borrow(p)}
	var r textReader
	r.reset(serial, body)
	h, err := readHead(&r)
	if err != nil && serial == hessian2 {
		return refuse(codecs.Invalid, "decode request", err)
	}
	m.Body = wire.Borrow(body)
	if err != nil {
		return nil // opaque: without names, for a rule that takes every service
	}
	if h.attach {
		m.Hint |= hintAttach
	}
	m.Service, m.Version, m.Method, m.Descriptor, m.Args = h.service, h.version, h.method, h.descriptor, int16(h.args)
	if serial == hessian2 {
		m.Format.Encoding = Encoding
		m.Body = wire.Borrow(body[r.Pos():])
	}
	if !h.generic() {
		return nil
	}
	m.Hint |= hintGeneric
	m.Format.Shape = codecs.Generic
	switch err := unwrap(m, &r); {
	case err != nil && serial == hessian2:
		return refuse(codecs.Invalid, "decode $invoke", err)
	case err != nil:
		m.Header = codecs.Header{Args: -1, Format: codecs.Format{Shape: codecs.Args}}
	}
	return nil
}

// requestHead is the strings before the arguments.
type requestHead struct {
	attach                               bool // responses carry attachments
	service, version, method, descriptor string
	args                                 int // values that follow
}

func (h *requestHead) generic() bool {
	return h.method == methodInvoke || h.method == methodInvokeAsync
}

func readHead(r *textReader) (h requestHead, err error) {
	text, _, err := r.next()
	if err != nil {
		return h, err
	}
	h.attach = inWindow(text)
	if h.service, err = r.name("service"); err != nil {
		return h, err
	}
	if text, _, err = r.next(); err != nil {
		return h, err
	}
	h.version = versionName(text)
	if h.method, err = r.name("method"); err != nil {
		return h, err
	}
	if text, _, err = r.next(); err != nil {
		return h, err
	}
	h.descriptor = wire.Intern(text)
	if h.args, err = countParams(text); err != nil {
		return h, err
	}
	if h.generic() && h.descriptor != descInvoke {
		return h, codecs.Errorf(codecs.Invalid, "%s with descriptor %q", h.method, brief(text))
	}
	return h, nil
}

// name reads a string that must say something.
func (r *textReader) name(what string) (string, error) {
	text, _, err := r.next()
	if err == nil && len(text) == 0 {
		err = codecs.Errorf(codecs.Invalid, "no %s", what)
	}
	return wire.Intern(text), err
}

// versionName gives a service's version; 0.0.0 is none.
func versionName(text []byte) string {
	if string(text) == "0.0.0" {
		return ""
	}
	return wire.Intern(text)
}

// inWindow says whether the peer that announces a protocol version takes responses with attachments: 2.0.2 to 2.0.99, by
// Java's own arithmetic, which counts 2.0.10 in and each release number (2.6.1, 3.3.6) out.
func inWindow(version []byte) bool {
	sum, parts := 0, 0
	for more := true; more; parts++ {
		var part []byte
		part, version, more = bytes.Cut(version, []byte("."))
		n, digits := 0, 0
		for digits < len(part) && part[digits] >= '0' && part[digits] <= '9' {
			n = n*10 + int(part[digits]-'0')
			digits++
		}
		if digits == 0 || digits > 6 || parts > 3 {
			return false
		}
		sum = sum*100 + n
	}
	if parts == 3 {
		sum *= 100
	}
	return sum >= 2000200 && sum <= 2009900
}

// unwrap gives the header the method, the types and the number of arguments that $invoke wraps.
func unwrap(m *codecs.Message, r *textReader) (err error) {
	m.Descriptor, m.Args = "", -1
	if r.serial != hessian2 {
		m.Method, err = r.name("method")
		return err
	}
	var types [8]string
	inv := hessian.Invocation{Types: types[:0]}
	if err := r.Invoke(&inv); err != nil {
		return err
	}
	if inv.Method == "" {
		return codecs.Errorf(codecs.Invalid, "no method")
	}
	m.Method, m.Args = inv.Method, int16(min(inv.Args, 256))
	if inv.Args > 255 || inv.Types != nil && inv.Args >= 0 && inv.Args != len(inv.Types) {
		return codecs.Errorf(codecs.Invalid, "%d types and %d arguments", len(inv.Types), inv.Args)
	}
	var buf [256]byte
	desc := buf[:0]
	for _, t := range inv.Types {
		if desc, err = appendDescriptor(desc, t); err != nil {
			return err
		}
	}
	m.Descriptor = wire.Intern(desc)
	return nil
}
