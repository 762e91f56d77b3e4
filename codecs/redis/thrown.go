package redis

import "github.com/dragoman-rpc/dragoman/codecs/wire"

// maxCauses is how many exceptions deep a chain of causes is read.
const maxCauses = 16

// thrown gives the result of a fault in the neutral form of codecs.Encoding and the class, and says whether it is an exception.
func thrown(f form, result []byte) (b []byte, class string, ok bool) {
	s := scan(f, result)
	if s.Kind() != '{' {
		return nil, "", false
	}
	if b, ok = appendThrown(make([]byte, 0, len(result)+64), f, result, maxCauses); !ok {
		return nil, "", false
	}
	var key []byte
	s = scan(f, b)
	s.Object()
	s.Member(&key)
	return b, wire.Intern(s.text()), true // it is the first member
}

// appendThrown appends the result of a fault in the neutral form, and says whether it is an exception: an object with a class that
// is a text, and a message. Servers in other languages write what they have, in their order; what is missing or of another kind is
// left empty.
func appendThrown(b []byte, f form, result []byte, causes int) ([]byte, bool) {
	var (
		s                                    = scan(f, result)
		key                                  []byte
		class, message, fields, cause, trace []byte
	)
	if causes == 0 || s.Kind() != '{' {
		return b, false
	}
	for s.Object(); s.Member(&key); {
		kind := s.Kind()
		switch name := string(key); {
		case name == "class" && kind == '"':
			class = s.textValue()
		case name == "message" && (kind == '"' || kind == 'n'):
			message = s.textValue()
		case name == "fields" && kind == '{':
			fields = s.Value()
		case name == "cause" && kind == '{':
			cause = s.Value()
		case name == "trace" && kind == '[':
			if trace = s.Value(); !areTexts(f, trace) {
				trace = nil
			}
		default:
			s.Value()
		}
	}
	if class == nil || message == nil {
		return b, false
	}
	n := 4
	if trace != nil {
		n = 5
	}
	b = append(f.member(f.open(b, n), "class"), class...)
	b = append(f.member(b, "message"), message...)
	b = f.member(b, "fields")
	if fields == nil {
		b = f.close(f.open(b, 0))
	}
	b = append(b, fields...)
	b, ok := appendThrown(f.member(b, "cause"), f, cause, causes-1)
	if !ok {
		b = append(b, f.null()...)
	}
	if trace != nil {
		b = append(f.member(b, "trace"), trace...)
	}
	return f.close(b), true
}

// areTexts says whether a valid array holds nothing but strings.
func areTexts(f form, span []byte) bool {
	s := scan(f, span)
	for s.List(); s.Element(); {
		if s.Kind() != '"' {
			return false
		}
		s.Value()
	}
	return s.End() == nil
}
