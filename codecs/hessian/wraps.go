package hessian

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// What stands around the values of a body that is not Plain.
//
//	Sofa   Args         SofaRequest, then a value for each of its methodArgSigs, all one stream (specification bolt §5.2)
//	       Value        SofaResponse, the value its appResponse (§5.3)
//	       Thrown       likewise
//	Apart  Args         a stream for each value (specification hsf §2)
//	       Generic      three streams: the method's name, the names of types, the list of arguments
//	       the others   one value, as Plain

// The classes of the two objects, and their fields as Java writes them. A reader goes by the names of the fields: SOFARPC for Node
// writes them in another order.
const (
	SofaRequest  = "com.alipay.sofa.rpc.core.request.SofaRequest"
	SofaResponse = "com.alipay.sofa.rpc.core.response.SofaResponse"
)

const (
	sofaSigs  = "methodArgSigs"
	sofaValue = "appResponse"
)

var (
	requestFields  = []string{"targetAppName", "methodName", "targetServiceUniqueName", "requestProps", sofaSigs}
	responseFields = []string{"isError", "errorMsg", sofaValue, "responseProps"}
)

// sofaBaggage is the one entry of the requestProps that are written, an empty map. A codec puts what it has to say before it.
const sofaBaggage = "rpc_req_baggage"

// sofa begins a body with a SofaRequest or a SofaResponse.
func (r *reader) sofa(t *token.Token) error {
	field := sofaValue
	switch r.shape {
	case codecs.Args:
		field = sofaSigs
	case codecs.Value, codecs.Thrown:
	default:
		return codecs.Errorf(codecs.Unimplemented, "hessian: read: shape %v in SOFARPC's objects", r.shape)
	}
	at := r.s.pos
	m, ok, err := r.s.fieldsOf()
	for found := false; ok && !found && err == nil; {
		var name []byte
		if name, ok, err = m.next(&r.s); !ok || err != nil {
			break
		}
		if found = string(name) == field; !found {
			err = r.s.value(1)
		}
	}
	if err != nil {
		return err
	}
	if !ok {
		return bad(at, "no object with the field %s", field)
	}
	r.framed, r.behind = true, m
	if r.shape != codecs.Args {
		return r.plain(t)
	}
	n, err := r.s.count()
	if err == nil {
		err = r.leave()
	}
	if err != nil {
		return err
	}
	r.begin(t, token.List, n, frame{kind: inArgs, n: n, ref: -1})
	return nil
}

// leave reads over the fields behind the value, to the end of the object that it is a field of.
func (r *reader) leave() error {
	for r.framed {
		_, ok, err := r.behind.next(&r.s)
		if err == nil && ok {
			err = r.s.value(1)
		}
		if err != nil {
			return err
		}
		r.framed = ok
	}
	return nil
}

// last is what comes when all values have been given.
func (r *reader) last() error {
	if err := r.leave(); err != nil {
		return err
	}
	return io.EOF
}

// count takes a list, or a null, and gives the number of its elements.
func (s *Scanner) count() (n int, err error) {
	if s.Null() {
		return 0, nil
	}
	h, err := s.list()
	if err != nil {
		return 0, err
	}
	if h.n >= 0 {
		return h.n, s.rest(&h, 2)
	}
	for {
		if end, err := s.end(); end || err != nil {
			return n, err
		}
		if err := s.value(2); err != nil {
			return n, err
		}
		n++
	}
}

// argument is told of each member of the outermost container, which is next.
func (r *reader) argument(f *frame) error {
	if r.apart && (f.kind == inArgs || r.shape == codecs.Generic) {
		r.before = r.given
	}
	if f.kind != inArgs || r.wrap != codecs.Apart || f.i == 1 {
		return nil
	}
	if f.i > contract.MaxParams {
		return codecs.Errorf(codecs.Invalid, "hessian: read: over %d arguments", contract.MaxParams)
	}
	r.anew()
	return nil
}

// anew begins the stream at the place, or begins it again.
func (r *reader) anew() {
	if len(r.bases) == 0 {
		r.bases = append(r.bases, base{})
	}
	for i := len(r.bases) - 1; i >= 0 && r.bases[i].pos >= r.s.pos; i-- {
		if r.bases[i].pos == r.s.pos {
			r.s.base = r.bases[i]
			return
		}
	}
	r.s.Anew()
	r.bases = append(r.bases, r.s.base)
}

// Signature takes the methodArgSigs of a SofaRequest, a list of names as Java's Class.getName gives them, and appends the types in the
// form of a descriptor: "Ljava/lang/String;I[J".
func (s *Scanner) Signature(dst []byte) (descriptor []byte, n int, err error) {
	if s.Null() {
		return dst, 0, nil
	}
	h, err := s.list()
	for ; err == nil && n != h.n; n++ {
		if h.n < 0 {
			if end, err := s.end(); end || err != nil {
				return dst, n, err
			}
		}
		at := s.pos
		name, null, err := s.Text()
		switch {
		case err != nil:
			return dst, n, err
		case null || len(name) == 0:
			return dst, n, bad(at, "the type of parameter %d is not said", n)
		case n == contract.MaxParams:
			return dst, n, codecs.Errorf(codecs.Invalid, "hessian: read: over %d parameters", n)
		}
		var ok bool
		if dst, ok = appendSignature(dst, name); !ok {
			return dst, n, bad(at, "parameter %d of type %.100q", n, name)
		}
	}
	if err == nil && h.closed {
		err = s.close(n)
	}
	return dst, n, err
}

// appendSignature appends the descriptor of a type of which the name is that of Class.getName, or, as contracts have arrays, of
// Class.getTypeName. False: no type is called so, and dst is of no use.
func appendSignature(dst, name []byte) ([]byte, bool) {
	for bytes.HasSuffix(name, []byte("[]")) {
		dst, name = append(dst, '['), name[:len(name)-2]
	}
	if code, primitive := primitives[string(name)]; primitive {
		return append(dst, code), true
	}
	inner := bytes.TrimLeft(name, "[")
	dst = append(dst, name[:len(name)-len(inner)]...)
	n := len(inner)
	switch {
	case n == len(name):
	case n == 1 && bytes.IndexByte([]byte("ZBSIJFDC"), inner[0]) >= 0:
		return append(dst, inner[0]), true
	case n < 2 || inner[0] != 'L' || inner[n-1] != ';':
		return dst, false
	default:
		inner = inner[1 : n-1]
	}
	if len(inner) == 0 || len(inner) > maxName || bytes.ContainsAny(inner, "/;[") || !utf8.Valid(inner) {
		return dst, false
	}
	dst = append(dst, 'L')
	for _, c := range inner {
		if c == '.' {
			c = '/'
		}
		dst = append(dst, c)
	}
	return append(dst, ';'), true
}

var primitives = map[string]byte{
	"boolean": 'Z', "byte": 'B', "short": 'S', "int": 'I', "long": 'J', "float": 'F', "double": 'D', "char": 'C',
}

// signature is the way back: what Class.getName gives for the type of a parameter.
func signature(t *contract.Type) string {
	switch {
	case t == nil || t.Name == "":
		return "java.lang.Object"
	case strings.HasSuffix(t.Name, "[]"):
		return strings.ReplaceAll(t.Descriptor(), "/", ".")
	}
	return t.Name
}

// anew begins another stream.
func (w *writer) anew() {
	w.classes.reset()
	clear(w.types)
	w.types, w.refs = w.types[:0], 0
}

// sofa writes what comes before the values.
func (w *writer) sofa() error {
	switch {
	case w.invoke:
		return codecs.Errorf(codecs.Unimplemented, "hessian: write: a generic invocation in SOFARPC's objects")
	case w.shape == codecs.Void:
		return nil
	case w.shape != codecs.Args:
		w.object(SofaResponse, responseFields)
		w.member(responseFields[0])
		w.o.B = w.d.AppendBool(w.o.B, false)
		w.member(responseFields[1])
		w.o.B = w.d.AppendNull(w.o.B)
		w.member(responseFields[2])
		w.framed = true
		return nil
	case w.t == nil:
		return codecs.Errorf(codecs.Unimplemented,
			"hessian: write: parameter types are not known, and SOFARPC finds methods by them: a contract of the service says them")
	}
	w.object(SofaRequest, requestFields)
	for _, name := range requestFields[:3] {
		w.member(name)
		w.o.B = w.d.AppendNull(w.o.B)
	}
	w.member(requestFields[3])
	b := w.d.AppendString(w.d.AppendMapStart(w.o.B), sofaBaggage)
	w.o.B = w.d.AppendMapEnd(w.d.AppendMapEnd(w.d.AppendMapStart(b)))
	w.refs += 2
	w.member(requestFields[4])
	closed := w.list("[string", len(w.t.Fields))
	for i := range w.t.Fields {
		w.o.B = w.d.AppendString(w.o.B, signature(w.t.Fields[i].Type))
	}
	w.endList(closed)
	w.endObject()
	return nil
}

// behind writes what comes behind the value.
func (w *writer) behind() {
	if !w.framed {
		return
	}
	w.member(responseFields[3])
	w.o.B = w.d.AppendNull(w.o.B)
	w.endObject()
}
