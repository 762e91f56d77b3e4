package proto

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// message gives the first token of the message that p is.
func (r *reader) message(t *token.Token, m *message, p []byte) error {
	switch m.form {
	case formOnly:
		return r.only(t, m, p)
	case formTimestamp, formDuration:
		return r.moment(t, m, p)
	case formMask:
		return r.mask(t, m, p)
	case formValue, formOwn:
		return r.choice(t, m, p)
	case formAny:
		*t = token.Token{Kind: token.Map, Int: -1}
		return r.push(frame{kind: inAny, m: m, p: p})
	case formVoid:
		*t = token.Token{}
		return nil
	}
	base, err := r.scan(m, p)
	if err != nil {
		return err
	}
	f := frame{kind: inMessage, keyed: m.form == formMap, m: m, p: p, order: m.order, base: base}
	if f.keyed {
		*t = token.Token{Kind: token.Map, Int: -1}
	} else {
		*t = token.Token{Kind: token.Object, Class: m.class}
	}
	return r.push(f)
}

// only gives the value of the only field.
func (r *reader) only(t *token.Token, m *message, p []byte) error {
	base, err := r.scan(m, p)
	s := r.spans[base+m.only]
	r.spans = r.spans[:base]
	if err != nil {
		return err
	}
	return r.field(t, m, &m.fields[m.only], p, &s)
}

// choice gives what the member of the oneof that is set holds. A Value of either kind in which none is set is no value.
func (r *reader) choice(t *token.Token, m *message, p []byte) error {
	base, err := r.scan(m, p)
	held := r.spans[base+len(m.fields)].n - 1
	var s span
	if held >= 0 {
		s = r.spans[base+int(held)]
	}
	r.spans = r.spans[:base]
	switch {
	case err != nil:
		return err
	case held < 0:
		return invalid(m, "no kind of value is set")
	}
	f := &m.fields[held]
	if m.form == formOwn {
		return r.own(t, m, f, p, &s)
	}
	if err := r.field(t, m, f, p, &s); err != nil {
		return err
	}
	if t.Kind == token.Float { // as in JSON, where 1 and 1.0 are one number, which most readers take for an integer
		if n := int64(t.Num); float64(n) == t.Num && n < 1<<53 && n > -1<<53 && (n != 0 || !signbit(t.Num)) {
			*t = token.Token{Kind: token.Int, Int: n}
		}
	}
	return nil
}

// mask gives the paths of a FieldMask as one text, in the camel case of JSON.
func (r *reader) mask(t *token.Token, m *message, p []byte) error {
	r.buf = r.buf[:0]
	var rec record
	for i := 0; i < len(p); i = rec.end {
		if !rec.next(p, i) {
			return illFormed(p, i, m)
		}
		if rec.number != 1 || rec.wire != wireBytes {
			continue
		}
		if len(r.buf) > 0 {
			r.buf = append(r.buf, ',')
		}
		path, up := p[rec.at:rec.end], false
		for _, c := range path {
			switch {
			case c == ',' || c >= 0x80 || c-'A' < 26 || up && c-'a' >= 26:
				return invalid(m, "path %.100q has no form in JSON", path)
			case c == '_':
				up = true
				continue
			case up:
				c -= 'a' - 'A'
			}
			up = false
			r.buf = append(r.buf, c)
		}
		if up {
			return invalid(m, "path %.100q has no form in JSON", path)
		}
	}
	*t = token.Token{Kind: token.String, Text: r.buf}
	return nil
}

var (
	keyType  = []byte("@type")
	keyValue = []byte("value")
)

// The steps of an Any: the key "@type", the URL, then the fields of the message that it names. A message that is no object in JSON, or
// is not known, stands under "value"; of the latter, the bytes.
const (
	anyKey = iota
	anyType
	anyFields
	anyValue
	anyEnd
)

func (r *reader) anything(t *token.Token, f *frame) error {
	url, value, err := anyParts(f.m, f.p)
	if err != nil {
		return err
	}
	of := f.m.types.find(url)
	f.next++
	switch f.next - 1 {
	case anyKey:
		if len(url) == 0 && len(value) == 0 {
			return r.end(t)
		}
		*t = token.Token{Kind: token.Key, Text: keyType}
		return nil
	case anyType:
		*t = token.Token{Kind: token.String, Text: url}
		return nil
	case anyFields:
		if of == nil || of.form != formMap {
			*t = token.Token{Kind: token.Key, Text: keyValue}
			return nil
		}
		base, err := r.scan(of, value)
		if err != nil {
			return err
		}
		*f = frame{kind: inMessage, keyed: true, m: of, p: value, order: of.order, base: base, top: len(r.spans)}
		return r.member(t, f)
	case anyValue:
		if of != nil {
			return r.message(t, of, value)
		}
		*t = token.Token{Kind: token.Bytes, Text: value}
		return nil
	}
	return r.end(t)
}

// anyParts gives the two fields of an Any.
func anyParts(m *message, p []byte) (url, value []byte, err error) {
	var rec record
	for i := 0; i < len(p); i = rec.end {
		if !rec.next(p, i) {
			return nil, nil, illFormed(p, i, m)
		}
		switch {
		case rec.wire != wireBytes:
		case rec.number == 1:
			url = p[rec.at:rec.end]
		case rec.number == 2:
			value = p[rec.at:rec.end]
		}
	}
	if len(url) > maxURL || !isASCII(url) {
		return nil, nil, invalid(m, "type %.100q is no URL of at most %d bytes", url, maxURL)
	}
	return url, value, nil
}

// maxURL bounds the type of an Any, in bytes.
const maxURL = 1 << 10

func isASCII(p []byte) bool {
	for _, c := range p {
		if c <= ' ' || c >= 0x7f {
			return false
		}
	}
	return true
}

// find gives the message that a type URL names, or nil.
func (g *registry) find(url []byte) *message {
	for i := len(url) - 1; i >= 0; i-- {
		if url[i] == '/' {
			return g.messages[string(url[i+1:])]
		}
	}
	return nil
}

// simple is a message's name without what stands before the last dot.
func simple(name string) string { return name[strings.LastIndexByte(name, '.')+1:] }
