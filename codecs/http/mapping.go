package http

import (
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The fields of docs/http.md, and in lower case as they are compared.
const (
	fieldVersion = "Dragoman-Version"
	fieldGroup   = "Dragoman-Group"
	fieldTimeout = "Dragoman-Timeout"
	fieldTypes   = "Dragoman-Types"
	fieldOneway  = "Dragoman-Oneway"
	fieldMeta    = "Dragoman-Meta-"
	lowerMeta    = "dragoman-meta-"
)

// Limits of the metadata that is written; what is over is dropped. Readers take 100 fields.
const (
	maxMeta     = 64
	maxMetaSize = 4 << 10 // bytes of one pair, escaped
)

// The bodies of a request without arguments and of a reply without a value. Never written to.
var (
	noArguments = []byte("[]")
	noValue     = []byte("null")
)

// reserved is the metadata that would steer HTTP if it became a field. It is not written, though the prefix makes it harmless:
// a reader might strip that.
var reserved = codecs.Keys{"connection", "keep-alive", "proxy-*", "te", "trailer", "transfer-encoding", "upgrade", "host",
	"content-length", ":*", "dragoman-*"}

// traceField says whether metadata of this name, in lower case, stands in a field of its own.
func traceField(lower []byte) bool {
	switch string(lower) {
	case "traceparent", "tracestate", "baggage", "b3", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled",
		"x-b3-flags", "x-request-id":
		return true
	}
	return false
}

// requestHead gathers what the fields of one request say, whatever syntax they came in: reset, then field for each, then
// target; message if nothing was refused.
type requestHead struct {
	h       codecs.Header
	refused *codecs.Error // why this is no call; nil: it is one
	oneway  bool
	isHead  bool // the method is HEAD: the answer has no body
	accept  preference
	called  *called // what a request line says; nil: the path was not one

	block  block
	origin []byte
	site   []byte        // Sec-Fetch-Site
	seen   uint8         // the once fields met
	bad    *codecs.Error // the first field that is wrong
	json   bool          // Content-Type was right
}

// The fields that may come once.
const (
	onceType = 1 << iota
	onceVersion
	onceGroup
	onceTimeout
	onceTypes
	onceOneway
)

// reset begins a request; head is the memory that most fields are parts of.
func (r *requestHead) reset(head []byte) { *r = requestHead{block: block{p: head}} }

// field takes one field. Its name is given as it came and in lower case.
func (r *requestHead) field(lower, name, value []byte) {
	var ok bool
	switch string(lower) {
	case "content-type":
		r.json = isJSON(value)
		ok = r.once(onceType)
	case "content-encoding":
		if !foldEqual(value, "identity") {
			r.wrong(refuse(415, codecs.Invalid, "decode request: Content-Encoding %.32q", value))
		}
		return
	case "accept":
		r.accept.field(value)
		return
	case "origin":
		r.origin = value
		return
	case "sec-fetch-site":
		r.site = value
		return
	case "dragoman-version":
		ok = r.intern(&r.h.Version, value) && r.once(onceVersion)
	case "dragoman-group":
		ok = r.intern(&r.h.Group, value) && r.once(onceGroup)
	case "dragoman-timeout":
		var ms int
		ms, ok = digits(value, math.MaxInt32)
		r.h.Timeout = time.Duration(ms) * time.Millisecond
		ok = ok && ms > 0 && r.once(onceTimeout)
	case "dragoman-types":
		var d []byte
		if d, ok = unescape(value); ok {
			d, ok = descriptor(d)
		}
		r.h.Descriptor = wire.Intern(d)
		ok = ok && r.once(onceTypes)
	case "dragoman-oneway":
		r.oneway = string(value) == "true"
		ok = (r.oneway || string(value) == "false") && r.once(onceOneway)
	default:
		ok = metaField(&r.h.Meta, &r.block, lower, name, value)
	}
	if !ok {
		r.wrong(refuse(400, codecs.Invalid, "decode request: field %.64s: %.64q", name, value))
	}
}

func (r *requestHead) wrong(e *codecs.Error) {
	if r.bad == nil {
		r.bad = e
	}
}

func (r *requestHead) once(bit uint8) bool {
	ok := r.seen&bit == 0
	r.seen |= bit
	return ok
}

func (r *requestHead) intern(s *string, value []byte) bool {
	text, ok := unescape(value)
	*s = wire.Intern(text)
	return ok
}

// metaField takes a field that may be metadata, and says false if it is and is wrong.
func metaField(m *codecs.Meta, b *block, lower, name, value []byte) bool {
	if len(lower) > len(lowerMeta) && string(lower[:len(lowerMeta)]) == lowerMeta {
		key, ok1 := unescape(name[len(lowerMeta):])
		text, ok2 := unescape(value)
		if !ok1 || !ok2 {
			return false
		}
		addMeta(m, b.text(key), b.text(text))
		return true
	}
	if traceField(lower) && printable(value) {
		addMeta(m, b.text(name), b.text(value))
	}
	return true
}

func addMeta(m *codecs.Meta, key, value string) {
	if m.Pairs == nil {
		m.Pairs = make([]codecs.Pair, 0, 4)
	}
	m.Add(key, value)
}

func printable(p []byte) bool {
	for _, c := range p {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return len(p) > 0
}

// target takes what stands before the fields, once those are known; it decides whether the request is refused.
func (r *requestHead) target(method, target, host []byte, c *callee) {
	r.isHead = string(method) == "HEAD"
	denied := c.access.check(host, r.origin)
	called := denied == nil && r.line(method, target, c)
	r.block.p, r.origin, r.site = nil, nil, nil // they belong to the caller from now on
	switch {
	case denied != nil:
		r.refused = denied
	case r.refused != nil:
	case !called && string(method) != "POST":
		r.refused = refuse(405, codecs.Unimplemented, "decode request: method %.32q, calls are made with POST", method)
	case !called && !r.path(target):
	case r.bad != nil:
		r.refused = r.bad
	case !r.json && !r.called.bare():
		r.refused = refuse(415, codecs.Invalid, "decode request: Content-Type must be application/json")
	}
}

// message fills in m from what was gathered; its body is the caller's affair.
func (r *requestHead) message(m *codecs.Message, format string) {
	m.Kind = codecs.Request
	if r.oneway {
		m.Kind = codecs.Oneway
	}
	m.Header = r.h
	m.Stream = r.form() != whole
	m.Args = -1
	m.Format = codecs.Format{Encoding: format, Shape: codecs.Args}
	m.Meta.Loaded = true
}

// body puts the arguments into m, of a request that came whole; p is its body.
func (r *requestHead) body(m *codecs.Message, p []byte) error {
	m.End = true
	switch {
	case r.called != nil:
		args, err := r.called.join(p)
		if err != nil {
			return err
		}
		m.Body = wire.Copy(args)
	case len(p) == 0:
		m.Body, m.Args = wire.Borrow(noArguments), 0
	default:
		m.Body = wire.Borrow(p)
	}
	return nil
}

// form is how the caller wants the reply.
func (r *requestHead) form() form {
	if r.oneway {
		return whole
	}
	return r.accept.form
}

// putter takes one field of a head. What it is given is void when it returns.
type putter func(name, value []byte)

// requestFields puts the fields that stand for h; scratch is memory to work in, given back for the next time.
func requestFields(h *codecs.Header, oneway bool, scratch []byte, put putter) []byte {
	for _, f := range [...]struct{ name, value string }{{fieldVersion, h.Version}, {fieldGroup, h.Group}, {fieldTypes, h.Descriptor}} {
		if f.value != "" {
			scratch = append(scratch[:0], f.name...)
			scratch = appendValue(scratch, f.value)
			put(scratch[:len(f.name)], scratch[len(f.name):])
		}
	}
	if h.Timeout > 0 {
		ms := min((h.Timeout+time.Millisecond-1)/time.Millisecond, math.MaxInt32)
		scratch = append(scratch[:0], fieldTimeout...)
		scratch = strconv.AppendInt(scratch, int64(ms), 10)
		put(scratch[:len(fieldTimeout)], scratch[len(fieldTimeout):])
	}
	if oneway {
		scratch = append(scratch[:0], fieldOneway+"true"...)
		put(scratch[:len(fieldOneway)], scratch[len(fieldOneway):])
	}
	return metaFields(&h.Meta, scratch, put)
}

// metaFields puts the metadata. Pairs over the limits are dropped, and what is no text.
func metaFields(m *codecs.Meta, scratch []byte, put putter) []byte {
	left := maxMeta
	for i := range m.Pairs {
		p := &m.Pairs[i]
		if left == 0 || p.Key == "" || len(p.Key)+len(p.Value) > maxMetaSize || !utf8.ValidString(p.Key) || !utf8.ValidString(p.Value) {
			continue
		}
		if reserved.Has(p.Key) {
			continue
		}
		var buf [64]byte
		scratch = append(scratch[:0], p.Key...)
		name := len(scratch)
		if traceField(lower(&buf, scratch)) {
			scratch = append(scratch, p.Value...)
			if !printable(scratch[name:]) || blank(scratch[name]) || blank(scratch[len(scratch)-1]) {
				continue
			}
		} else {
			scratch = appendKept(append(scratch[:0], fieldMeta...), p.Key, &keyChar)
			name = len(scratch)
			scratch = appendValue(scratch, p.Value)
		}
		if len(scratch) > maxMetaSize+len(fieldMeta) {
			continue
		}
		put(scratch[:name], scratch[name:])
		left--
	}
	return scratch
}
