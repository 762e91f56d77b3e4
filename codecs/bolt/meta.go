package bolt

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
)

// LoadMeta reads the header map, and from the content's requestProps what the header map does not have.
func (s *session) LoadMeta(m *codecs.Message) error {
	if m.Meta.Loaded || m.Frame.Of != Name {
		m.Meta.Loaded = true
		return nil
	}
	var h head
	p := m.Frame.Bytes.Bytes()
	if ok, err := h.parse(p); !ok || err != nil {
		return codecs.Errorf(codecs.Internal, "bolt: load metadata: a frame that was not cut here")
	}
	prefix, code := askedBaggage, codecs.Invalid
	if h.kind == typeResponse {
		prefix, code = toldBaggage, codecs.Malformed
	}
	var meta codecs.Meta
	err := collect(&meta, h.cut(p).header, prefix)
	if err == nil && h.kind != typeResponse && m.Format.Wrap == codecs.Sofa {
		err = collectProps(&meta, h.cut(p).content.Bytes())
	}
	if err != nil {
		return refuse(code, "load metadata", err)
	}
	meta.Loaded = true
	m.Meta = meta
	return nil
}

// collectProps adds the texts in requestProps, and those in its maps of baggage and of tracing, for keys that meta does not have.
func collectProps(meta *codecs.Meta, content []byte) error {
	var sc hessian.Scanner
	var room [8]hessian.Field
	_, fields, err := object(&sc, content, classRequest, "", room[:])
	for i := range fields {
		if string(fields[i].Name) != fieldProps || err != nil {
			continue
		}
		sc.Back(&fields[i])
		err = texts(meta, &sc, "", true)
	}
	return err
}

// texts adds the texts of a map whose keys get a prefix.
func texts(meta *codecs.Meta, sc *hessian.Scanner, prefix string, deep bool) error {
	ok := true
	var err error
	if deep {
		ok, err = sc.Map()
	}
	for n := 0; ok && err == nil; n++ {
		before := *sc
		var e hessian.Pair
		if ok, err = sc.Pair(&e); !ok || err != nil {
			break
		}
		if n == maxPairs {
			return codecs.Errorf(codecs.Invalid, "over %d entries in a map of the request's", n)
		}
		if e.Key != nil {
			err = addText(meta, prefix+string(e.Key), e.Value)
			continue
		}
		if !deep {
			continue
		}
		switch key, in, _ := nested(&before); {
		case in && key == askedProp:
			err = texts(meta, &before, "", false)
		case in && key == traceProp:
			err = texts(meta, &before, traceProp+".", false)
		}
	}
	return err
}

func addText(meta *codecs.Meta, key string, value []byte) error {
	k := plainKey(key, askedBaggage)
	if k == "" || codecs.HasKey(meta.Pairs, k) {
		return nil
	}
	if len(meta.Pairs) >= maxPairs {
		return codecs.Errorf(codecs.Invalid, "over %d pairs of metadata", maxPairs)
	}
	meta.Add(k, clean(string(value)))
	return nil
}
