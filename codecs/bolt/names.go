package bolt

import (
	"bytes"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

var primitives = [...]struct {
	name   string
	letter byte
}{{"int", 'I'}, {"long", 'J'}, {"boolean", 'Z'}, {"double", 'D'}, {"byte", 'B'}, {"float", 'F'}, {"short", 'S'}, {"char", 'C'}}

// appendDescriptor appends the descriptor of a type by the name that SOFARPC gives it, which is Class.getName's: "int",
// "com.acme.User", "[Lcom.acme.User;"; and also "com.acme.User[]", as others say it.
func appendDescriptor(dst []byte, name string) ([]byte, error) {
	elem := name
	for strings.HasSuffix(elem, "[]") {
		dst, elem = append(dst, '['), elem[:len(elem)-2]
	}
	if dims := len(elem) - len(strings.TrimLeft(elem, "[")); dims > 0 {
		dst, elem = append(dst, elem[:dims]...), elem[dims:]
		if class, ok := strings.CutSuffix(elem, ";"); ok && strings.HasPrefix(class, "L") {
			elem = class[1:]
		} else {
			if len(elem) != 1 || !strings.Contains("IJZDBFSC", elem) {
				return dst, badType(name)
			}
			return append(dst, elem...), nil
		}
	}
	for _, p := range primitives {
		if p.name == elem {
			return append(dst, p.letter), nil
		}
	}
	if elem == "" || strings.ContainsAny(elem, ";/[") {
		return dst, badType(name)
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

func badType(name string) error {
	return codecs.Errorf(codecs.Invalid, "malformed type %q", brief([]byte(name)))
}
