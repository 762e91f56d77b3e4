package dubbo

import (
	"bytes"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// maxParams is the most parameters that a Java method can have.
const maxParams = 255

// countParams counts the parameters in a descriptor in Java's form, each one of
//
//	Z B C D F I J S     a primitive
//	Lcom/acme/User;     a class
//	[…                  an array of the type that follows
func countParams[T string | []byte](desc T) (n int, err error) {
	for i := 0; i < len(desc); n++ {
		for desc[i] == '[' {
			if i++; i == len(desc) {
				return 0, badDescriptor(desc)
			}
		}
		switch desc[i] {
		case 'Z', 'B', 'C', 'D', 'F', 'I', 'J', 'S':
			i++
		case 'L':
			end := i + 1
			for end < len(desc) && desc[end] != ';' {
				end++
			}
			if end == len(desc) || end == i+1 {
				return 0, badDescriptor(desc)
			}
			i = end + 1
		default:
			return 0, badDescriptor(desc)
		}
		if n >= maxParams {
			return 0, codecs.Errorf(codecs.Invalid, "descriptor of over %d parameters", maxParams)
		}
	}
	return n, nil
}

func badDescriptor[T string | []byte](desc T) error {
	return codecs.Errorf(codecs.Invalid, "malformed descriptor %q", brief([]byte(desc)))
}

var primitives = [...]struct {
	name   string
	letter byte
}{{"int", 'I'}, {"long", 'J'}, {"boolean", 'Z'}, {"double", 'D'}, {"byte", 'B'}, {"float", 'F'}, {"short", 'S'}, {"char", 'C'}}

// appendDescriptor appends the descriptor of a type by the name that generic invocations give it: "int", "com.acme.User[]",
// and also "[Lcom.acme.User;", as Class.getName says it.
func appendDescriptor(dst []byte, name string) ([]byte, error) {
	start := len(dst)
	elem := name
	for strings.HasSuffix(elem, "[]") {
		dst, elem = append(dst, '['), elem[:len(elem)-2]
	}
	if strings.HasPrefix(elem, "[") {
		dst = append(dst, elem...)
		at := dst[len(dst)-len(elem):]
		for i := range at {
			if at[i] == '.' {
				at[i] = '/'
			}
		}
		if n, err := countParams(dst[start:]); err != nil || n != 1 {
			return dst, codecs.Errorf(codecs.Invalid, "malformed type %q", brief([]byte(name)))
		}
		return dst, nil
	}
	for _, p := range primitives {
		if p.name == elem {
			return append(dst, p.letter), nil
		}
	}
	if elem == "" || strings.ContainsAny(elem, ";/[") {
		return dst, codecs.Errorf(codecs.Invalid, "malformed type %q", brief([]byte(name)))
	}
	dst = append(dst, 'L')
	at := len(dst)
	dst = append(append(dst, elem...), ';')
	for i := bytes.IndexByte(dst[at:], '.'); i >= 0; i = bytes.IndexByte(dst[at:], '.') {
		at += i
		dst[at] = '/'
	}
	return dst, nil
}
