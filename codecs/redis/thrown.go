package redis

import (
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// maxCauses is how many exceptions deep a chain of causes is read.
const maxCauses = 16

// appendThrown appends the result of a fault in the neutral form of codecs.Encoding, and says whether it is an exception: an
// object with a class that is a text, and a message. Servers in other languages write what they have, in their order; what is
// missing or of another kind is left empty.
func appendThrown(b, result []byte, causes int) ([]byte, bool) {
	var (
		s                                    = json.Scan(result)
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
			class = s.Value()
		case name == "message" && (kind == '"' || kind == 'n'):
			message = s.Value()
		case name == "fields" && kind == '{':
			fields = s.Value()
		case name == "cause" && kind == '{':
			cause = s.Value()
		case name == "trace" && kind == '[':
			if trace = s.Value(); !areTexts(trace) {
				trace = nil
			}
		default:
			s.Value()
		}
	}
	if class == nil || message == nil {
		return b, false
	}
	b = append(append(b, `{"class":`...), class...)
	b = append(append(b, `,"message":`...), message...)
	b = append(b, `,"fields":`...)
	if fields == nil {
		fields = []byte("{}")
	}
	b = append(append(b, fields...), `,"cause":`...)
	b, ok := appendThrown(b, cause, causes-1)
	if !ok {
		b = append(b, "null"...)
	}
	if trace != nil {
		b = append(append(b, `,"trace":`...), trace...)
	}
	return append(b, '}'), true
}

// classOf reads the class of what appendThrown has appended to nothing: it is the first member.
func classOf(thrown []byte) string {
	var key []byte
	s := json.Scan(thrown)
	s.Object()
	s.Member(&key)
	var buf [128]byte
	return wire.Intern(json.Unquote(buf[:0], s.Value()))
}

// areTexts says whether a valid array holds nothing but strings.
func areTexts(span []byte) bool {
	s := json.Scan(span)
	for s.List(); s.Element(); {
		if s.Kind() != '"' {
			return false
		}
		s.Value()
	}
	return s.Err() == nil
}
