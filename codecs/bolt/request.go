package bolt

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// defaultVersion is the version of a service of which SOFARPC was told none. It is always written.
const defaultVersion = "1.0"

// callback is the type of an argument by which a provider would call its consumer.
const callback = "Lcom/alipay/sofa/rpc/core/invoke/SofaResponseCallback;"

// request reads what a request says of itself and leaves its arguments where they are.
func (s *session) request(m *codecs.Message, h *head, p []byte) error {
	m.Kind = codecs.Request
	if h.kind == typeOneway {
		m.Kind = codecs.Oneway
	}
	m.Hint = hintOf(h)
	m.Args, m.Format.Shape = -1, codecs.Args
	m.Frame = codecs.Frame{Of: Name, Bytes: wire.Borrow(p)}
	parts := h.cut(p)
	m.Body = parts.content
	var w words
	if err := w.read(parts.header); err != nil {
		return refuse(codecs.Invalid, "decode request", err)
	}
	w.time(m, h)
	known, inHessian := string(parts.class) == classRequest, h.codec == codecHessian || h.codec == codecHessianOld
	switch {
	case inHessian && !known:
		return nil // opaque, and without names: sofa-rpc-node takes them from any content, whatever class and header map say
	case inHessian:
		if err := asked(m, &w); err != nil {
			return refuse(codecs.Invalid, "decode request", err)
		}
	case known && h.codec == codecProto:
		m.Format = codecs.Format{Encoding: encodingProto, Shape: codecs.Args}
	case known && h.codec == codecJSON:
		m.Format.Encoding = encodingJSON
	default: // opaque: with the names of the header map, if it has any
		return opaque(m, &w)
	}
	if err := w.names(m); err != nil {
		return refuse(codecs.Invalid, "decode request", err)
	}
	if !w.baggage {
		m.Hint |= hintLoose
	}
	if strings.Contains(m.Descriptor, callback) {
		return codecs.Errorf(codecs.Unimplemented, "bolt: decode request: %s.%s takes a callback, and callbacks are not carried", m.Service, m.Method)
	}
	return nil
}

// time says what time the caller has: the shorter of what head and header map say.
func (w *words) time(m *codecs.Message, h *head) {
	if h.timeout > 0 {
		m.Timeout = time.Duration(h.timeout) * time.Millisecond
	}
	if w.left > 0 {
		m.Hint |= hintLeft
		if m.Timeout == 0 || w.left < m.Timeout {
			m.Timeout = w.left
		}
	}
}

// opaque takes names for a request that nobody here can read, if all the header map says of them is one thing.
func opaque(m *codecs.Message, w *words) error {
	if len(w.service) == 0 && len(w.target) == 0 || len(w.method) == 0 {
		return nil
	}
	if err := w.names(m); err != nil {
		return refuse(codecs.Invalid, "decode request", err)
	}
	return nil
}

// names gives m its service and its method. A provider goes by the header map before the content, and by service before all else,
// while rules and logs have gone by what stands here: so all places that name something must name the same.
func (w *words) names(m *codecs.Message) error {
	name := w.service
	if len(name) == 0 {
		name = w.target
	}
	if len(w.target) > 0 && !bytes.Equal(w.target, name) {
		return codecs.Errorf(codecs.Invalid, "the header map names %q and %q", brief(name), brief(w.target))
	}
	service, rest, _ := bytes.Cut(name, []byte(":"))
	version, group, _ := bytes.Cut(rest, []byte(":"))
	switch {
	case len(service) == 0:
		return codecs.Errorf(codecs.Invalid, "no service")
	case len(w.method) == 0:
		return codecs.Errorf(codecs.Invalid, "no method")
	case !utf8.Valid(name) || !utf8.Valid(w.method):
		return codecs.Errorf(codecs.Invalid, "a name that is not UTF-8")
	}
	m.Service, m.Group, m.Method = wire.Intern(service), wire.Intern(group), wire.Intern(w.method)
	if string(version) != defaultVersion {
		m.Version = wire.Intern(version)
	}
	return nil
}

// uniqueName gives the name of a service as SOFARPC has it: interface, version, and the id that tells several of them apart.
func uniqueName(h *codecs.Header) (string, error) {
	version := h.Version
	if version == "" {
		version = defaultVersion
	}
	switch {
	case h.Service == "" || h.Method == "":
		return "", codecs.Errorf(codecs.Invalid, "bolt: encode request: no service or no method")
	case strings.Contains(h.Service, ":") || strings.Contains(version, ":"):
		return "", codecs.Errorf(codecs.Invalid, "bolt: encode request: a colon in the service %q or its version %q", brief([]byte(h.Service)), brief([]byte(version)))
	}
	name := h.Service + ":" + version
	if h.Group != "" {
		name += ":" + h.Group
	}
	return name, nil
}
