package hsf

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The codecs that this package can see into. Bodies of the others (java, TOP, kryo, custom) pass with their insides unread.
const (
	codecHessian1 = 1
	codecHessian2 = 4
	codecJSON     = 6
	codecMax      = 7
)

const jsonText = "json" // the encoding of codec 6

// syntax is how the bodies of a codec are written.
type syntax struct {
	encoding string // "" is opaque
	dialect  hessian.Dialect
}

// syntaxOf gives the syntax of a codec.
func (s *session) syntaxOf(codec byte) syntax {
	switch codec {
	case codecHessian1:
		return syntax{hessian.First.String(), hessian.First}
	case codecHessian2:
		return syntax{s.flavour.String(), s.flavour}
	case codecJSON:
		return syntax{encoding: jsonText}
	}
	return syntax{}
}

// codecNamed gives the codec for bodies of an encoding; false: there is none.
func (s *session) codecNamed(encoding string) (byte, bool) {
	for _, codec := range [...]byte{codecHessian2, codecHessian1, codecJSON} {
		if s.syntaxOf(codec).encoding == encoding {
			return codec, true
		}
	}
	return 0, false
}

func (y syntax) json() bool    { return y.encoding == jsonText }
func (y syntax) hessian() bool { return y.encoding != "" && !y.json() }

// scan makes sc ready for a stream.
func (y syntax) scan(sc *hessian.Scanner, p []byte) { sc.ResetAs(p, y.dialect) }

// isNull says whether a result is null, which void is too. An empty one says as much.
func (y syntax) isNull(p []byte) bool {
	switch {
	case y.json():
		p = bytes.TrimSpace(p)
		return len(p) == 0 || string(p) == "null"
	case y.hessian():
		return len(p) == 0 || len(p) == 1 && p[0] == 'N'
	}
	return false
}

// appendNull appends what a void method answers.
func (y syntax) appendNull(dst []byte) []byte {
	if y.json() {
		return append(dst, "null"...)
	}
	return y.dialect.AppendNull(dst)
}

// thrown says which class of exception a result is, and its message; "": it is none. Nothing in a response says so but the fields
// of the object: those of java.lang.Throwable. What begins no object, or does not hold the name of its field, is not looked at.
func (y syntax) thrown(p []byte) (class string, text []byte, err error) {
	if !y.hessian() || len(p) == 0 || !bytes.ContainsRune([]byte("COM"), rune(p[0])) || !bytes.Contains(p, []byte("\x0d"+fieldMessage)) {
		return "", nil, nil
	}
	var sc hessian.Scanner
	y.scan(&sc, p)
	var t hessian.Thrown
	if err := sc.Thrown(&t); err != nil || !t.Throwable {
		return "", nil, err
	}
	return t.Class, t.Message, nil
}

// spans are the lengths of the arguments of a request.
type spans struct {
	n    int
	size [maxArgs]int
}

// measure finds where each argument ends, in a body that is an array of JSON or streams of Hessian one behind another.
func (a *spans) measure(y syntax, p []byte) error {
	a.n = 0
	if y.json() {
		return eachElement(p, func(e []byte) error { return a.add(len(e)) })
	}
	var sc hessian.Scanner
	for len(p) > 0 {
		y.scan(&sc, p)
		if err := sc.Skip(1); err != nil {
			return err
		}
		if err := a.add(sc.Pos()); err != nil {
			return err
		}
		p = p[sc.Pos():]
	}
	return nil
}

func (a *spans) add(size int) error {
	if a.n == maxArgs {
		return codecs.Errorf(codecs.Invalid, "over %d arguments", maxArgs)
	}
	a.size[a.n] = size
	a.n++
	return nil
}

// eachElement gives the elements of a JSON array, as they stand.
func eachElement(p []byte, do func([]byte) error) error {
	s := json.Scan(p)
	for s.List(); s.Element(); {
		if err := do(s.Value()); err != nil {
			return err
		}
	}
	return s.End()
}

// check sees that each argument of a request is one value and nothing more: a reader of the body takes one behind the other.
func (y syntax) check(l *layout, p []byte) error {
	at := l.values
	var sc hessian.Scanner
	for i := range l.n {
		v := p[at : at+l.valueLen(p, i)]
		at += len(v)
		if y.json() {
			if err := json.Valid(v); err != nil {
				return argument(i, err)
			}
			continue
		}
		y.scan(&sc, v)
		if err := sc.Skip(1); err != nil {
			return argument(i, err)
		}
		if sc.Left() > 0 {
			return codecs.Errorf(codecs.Invalid, "argument %d: %d bytes behind its value", i, sc.Left())
		}
	}
	return nil
}

func argument(i int, err error) error {
	return codecs.Errorf(codecs.Invalid, "argument %d: %s", i, codecs.StatusOf(err).Text)
}

// joined makes one JSON array of arguments that are a text each.
func joined(l *layout, p []byte) wire.Body {
	out := wire.Out{B: make([]byte, 0, l.props-l.values+l.n+1)}
	out.B = append(out.B, '[')
	at := l.values
	for i := range l.n {
		if i > 0 {
			out.B = append(out.B, ',')
		}
		n := l.valueLen(p, i)
		out.B = append(out.B, p[at:at+n]...)
		at += n
	}
	out.B = append(out.B, ']')
	return out.Take()
}
