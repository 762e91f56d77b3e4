package hsf

import "strings"

// Types have two forms: what Class.getName gives, which stands in frames, and the descriptor, which the header has.
//
//	int                   I
//	com.acme.User         Lcom/acme/User;
//	[I                    [I
//	[Lcom.acme.User;      [Lcom/acme/User;
//	com.acme.User[]       [Lcom/acme/User;    as people write it; read, never written
var primitives = [...]struct {
	name   string
	letter byte
}{{"int", 'I'}, {"long", 'J'}, {"boolean", 'Z'}, {"double", 'D'}, {"byte", 'B'}, {"float", 'F'}, {"short", 'S'}, {"char", 'C'}}

// appendDescriptor appends the descriptor of a type. False: the name is none that a type can have, and dst is of no use.
func appendDescriptor[T string | []byte](dst []byte, name T) ([]byte, bool) {
	for len(name) > 2 && name[len(name)-2] == '[' && name[len(name)-1] == ']' {
		dst, name = append(dst, '['), name[:len(name)-2]
	}
	if len(name) > 0 && name[0] == '[' {
		return appendArray(dst, name)
	}
	for i := range primitives {
		if p := &primitives[i]; string(name) == p.name {
			return append(dst, p.letter), true
		}
	}
	dst, ok := appendClass(append(dst, 'L'), name)
	return append(dst, ';'), ok
}

func appendArray[T string | []byte](dst []byte, name T) ([]byte, bool) {
	for len(name) > 0 && name[0] == '[' {
		dst, name = append(dst, '['), name[1:]
	}
	n := len(name)
	switch {
	case n == 1 && strings.IndexByte("IJZDBFSC", name[0]) >= 0:
		return append(dst, name[0]), true
	case n < 3 || name[0] != 'L' || name[n-1] != ';':
		return dst, false
	}
	dst, ok := appendClass(append(dst, 'L'), name[1:n-1])
	return append(dst, ';'), ok
}

func appendClass[T string | []byte](dst []byte, name T) ([]byte, bool) {
	for i := range len(name) {
		switch c := name[i]; c {
		case '.':
			dst = append(dst, '/')
		case '/', ';', '[', ']', '<', '>', ' ', 0:
			return dst, false
		default:
			dst = append(dst, c)
		}
	}
	return dst, len(name) > 0
}

// appendTypeName appends the name of the first type of a descriptor, and gives the types behind it. False: it is no descriptor.
func appendTypeName(dst []byte, desc string) (name []byte, rest string, ok bool) {
	n := 0
	for n < len(desc) && desc[n] == '[' {
		n++
	}
	if n == len(desc) {
		return dst, "", false
	}
	end := n + 1
	if desc[n] == 'L' {
		end = strings.IndexByte(desc, ';') + 1
		if end < n+3 {
			return dst, "", false
		}
	}
	one, rest := desc[:end], desc[end:]
	switch {
	case n == 0 && one[0] == 'L':
		return appendDotted(dst, one[1:end-1]), rest, true
	case one[n] != 'L' && strings.IndexByte("IJZDBFSC", one[n]) < 0:
		return dst, "", false
	case n > 0:
		return appendDotted(dst, one), rest, true
	}
	for i := range primitives {
		if p := &primitives[i]; p.letter == one[0] {
			dst = append(dst, p.name...)
		}
	}
	return dst, rest, true
}

func appendDotted(dst []byte, name string) []byte {
	for i := range len(name) {
		c := name[i]
		if c == '/' {
			c = '.'
		}
		dst = append(dst, c)
	}
	return dst
}

// countTypes counts the types of a descriptor; -1: it is none.
func countTypes(desc string) (n int) {
	var buf [256]byte
	for ; desc != ""; n++ {
		_, rest, ok := appendTypeName(buf[:0], desc)
		if !ok {
			return -1
		}
		desc = rest
	}
	return n
}
