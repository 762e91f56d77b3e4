package hsf

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// maxPairs is the most entries of properties that are read, or pairs of metadata that are written. Finding double keys is quadratic in it.
const maxPairs = 256

// LoadMeta reads the properties behind the arguments. It refuses a request whose arguments are not one value each: what follows
// reads them one behind another. Properties that cannot be read are none, as a provider may not look at them at all; so are those of
// codecs that are not read here, and entries whose value is no text, number or boolean.
func (s *session) LoadMeta(m *codecs.Message) error {
	if m.Meta.Loaded {
		return nil
	}
	p := m.Frame.Bytes.Bytes()
	if m.Frame.Of != Name || p[2] != typeRequest {
		m.Meta.Loaded = true
		return nil
	}
	l, err := measure(p)
	if err != nil {
		return err
	}
	y := s.syntaxOf(p[3])
	if y.hessian() {
		if err := y.check(&l, p); err != nil {
			return refuse(codecs.Invalid, "load metadata", err)
		}
	}
	m.Meta = codecs.Meta{Loaded: true}
	if err := s.props(p[3]).read(&m.Meta, p[l.props:]); err != nil {
		m.Meta.Pairs = nil
	}
	return nil
}

// props is the syntax of properties beside arguments in a codec.
func (s *session) props(codec byte) syntax {
	if s.props2 {
		return syntax{hessian.Final.String(), hessian.Final}
	}
	return s.syntaxOf(codec)
}

// read adds the entries of properties to meta.
func (y syntax) read(meta *codecs.Meta, p []byte) error {
	switch {
	case len(p) == 0:
		return nil
	case y.json():
		return readObject(meta, p)
	case !y.hessian():
		return codecs.Errorf(codecs.Unimplemented, "properties in a codec that is not read")
	}
	var sc hessian.Scanner
	y.scan(&sc, p)
	if ok, err := sc.Map(); !ok || err != nil {
		return err
	}
	var pair hessian.Pair
	for n := 0; ; n++ {
		more, err := sc.Pair(&pair)
		switch {
		case !more || err != nil:
			return err
		case n == maxPairs:
			return tooMany()
		case pair.Key == nil:
			continue
		}
		set(meta, wire.Intern(pair.Key), string(pair.Value))
	}
}

func tooMany() error { return codecs.Errorf(codecs.Invalid, "over %d properties", maxPairs) }

func readObject(meta *codecs.Meta, p []byte) error {
	var key []byte
	s := json.Scan(p)
	n := 0
	for s.Object(); s.Member(&key); n++ {
		if n == maxPairs {
			return tooMany()
		}
		name, value := wire.Intern(key), ""
		switch s.Kind() {
		case '"':
			value = string(s.Text(nil))
		case '0', 't', 'f':
			value = string(s.Value())
		default:
			s.Value()
			continue
		}
		set(meta, name, value)
	}
	return s.End()
}

// set adds a pair. Of two of the same key the last counts, as in Java's maps.
func set(meta *codecs.Meta, key, value string) {
	for i := range meta.Pairs {
		if meta.Pairs[i].Key == key {
			meta.Pairs[i].Value = value
			return
		}
	}
	meta.Add(key, value)
}

// appendProps appends metadata as properties: the first of several pairs of one key, and reserved keys only if the pairs are an HSF
// caller's. Without any there are no properties at all.
func (y syntax) appendProps(dst []byte, meta *codecs.Meta, own bool) []byte {
	start := len(dst)
	for i, p := range meta.Pairs {
		if p.Key == "" || !own && reserved.Has(p.Key) || codecs.HasKey(meta.Pairs[:i], p.Key) {
			continue
		}
		first := len(dst) == start
		if y.json() {
			c := byte(',')
			if first {
				c = '{'
			}
			dst = json.AppendString(append(dst, c), p.Key)
			dst = json.AppendString(append(dst, ':'), p.Value)
			continue
		}
		if first {
			dst = y.dialect.AppendMapStart(dst)
		}
		dst = y.dialect.AppendString(y.dialect.AppendString(dst, p.Key), p.Value)
	}
	switch {
	case len(dst) == start:
		return dst
	case y.json():
		return append(dst, '}')
	}
	return y.dialect.AppendMapEnd(dst)
}
