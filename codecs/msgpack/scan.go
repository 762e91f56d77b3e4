package msgpack

// Scanner walks over one value in one pass, without building anything and without allocating: into the maps and arrays that the
// caller wants to see, up to four at once, and over all else. It is what json.Scanner is for JSON, and is used like it. Of what it
// goes over it checks the shape and the depth; whether texts are UTF-8 and extensions known is for whoever reads them.
//
// The zero Scanner is at the end of nothing. Not safe for concurrent use.
type Scanner struct {
	walk  walker
	at    int
	depth int
	left  [5]int // values left of what is open, keys counted too
	err   error
}

// Scan makes a Scanner at the beginning of p.
func Scan(p []byte) Scanner { return Scanner{walk: walker{p: p}} }

// IsMap says whether c begins a map.
func IsMap(c byte) bool { return c&0xf0 == mapHead || c == 0xde || c == 0xdf }

// Kind is what the next value is, in the letters of json.Scanner: { [ " t f n, 0 for any number, x for an extension, or 0x00
// where there is none. Bytes are texts.
func (s *Scanner) Kind() byte {
	if s.err != nil || s.at == len(s.walk.p) {
		return 0
	}
	h, err := readHead(s.walk.p, s.at)
	if err != nil {
		return 0
	}
	switch h.is {
	case aNil:
		return 'n'
	case aBool:
		return "ft"[h.v]
	case anInt, anUint, aFloat:
		return '0'
	case aText, aBin:
		return '"'
	case anArray:
		return '['
	case aMap:
		return '{'
	case anExt:
		return 'x'
	case never:
	}
	return 0
}

// Object enters a map, whose members Member gives. It is an error if the next value is none.
func (s *Scanner) Object() { s.open(aMap, "a map") }

// List enters an array, whose elements Element gives. It is an error if the next value is none.
func (s *Scanner) List() { s.open(anArray, "an array") }

func (s *Scanner) open(want family, name string) {
	h := s.head()
	switch {
	case s.err != nil:
	case h.is != want:
		s.err = invalid(s.at, "0x%02x, expected %s", s.walk.p[s.at], name)
	case s.depth+1 == len(s.left):
		s.err = misuse("scan: more than %d open", len(s.left)-1)
	default:
		s.at = h.at
		s.depth++
		s.left[s.depth] = h.n
		s.walk.deepest = max(s.walk.deepest, s.depth)
	}
}

// head reads the head of the next value.
func (s *Scanner) head() (h head) {
	if s.err == nil {
		h, s.err = readHead(s.walk.p, s.at)
	}
	return h
}

// Member goes to the next member of the map and gives its key, nil if that is neither text nor bytes; or leaves the map and gives
// false. The key is a part of the value.
func (s *Scanner) Member(key *[]byte) bool {
	if !s.next(2) {
		return false
	}
	*key = s.Text()
	return s.err == nil
}

// Element goes to the next element of the array, or leaves the array and gives false.
func (s *Scanner) Element() bool { return s.next(1) }

func (s *Scanner) next(values int) bool {
	if s.err != nil {
		return false
	}
	if s.left[s.depth] == 0 {
		s.depth--
		return false
	}
	s.left[s.depth] -= values
	return true
}

// Value goes over the next value and gives its bytes.
func (s *Scanner) Value() []byte {
	if s.err != nil {
		return nil
	}
	end, err := s.walk.value(s.at, s.depth)
	if err != nil {
		s.err = err
		return nil
	}
	start := s.at
	s.at = end
	return s.walk.p[start:end:end]
}

// Array is Value for an array and gives the number of its elements as well. It is an error if the next value is none.
func (s *Scanner) Array() (span []byte, n int) {
	h := s.head()
	if s.err == nil && h.is != anArray {
		s.err = invalid(s.at, "0x%02x, expected an array", s.walk.p[s.at])
	}
	if span = s.Value(); span == nil {
		return nil, 0
	}
	return span, h.n
}

// Text is Value for a text or bytes and gives what it says, nil for any other value. What it says must be text.
func (s *Scanner) Text() []byte {
	h := s.head()
	if s.err != nil {
		return nil
	}
	if h.is != aText && h.is != aBin {
		s.Value()
		return nil
	}
	p := s.walk.p[h.at : h.at+h.n : h.at+h.n]
	if !isText(p) {
		s.err = invalid(s.at, "a text that is not UTF-8")
		return nil
	}
	s.at = h.at + h.n
	return p
}

// AsText gives a value, as Value gives it, with bytes made text; nil if a text, or what was to be one, is not UTF-8. Any other value it
// gives back.
func AsText(value []byte) []byte {
	h, err := readHead(value, 0)
	switch {
	case err != nil || h.is != aBin && h.is != aText:
		return value
	case !isText(value[h.at : h.at+h.n]):
		return nil
	case h.is == aBin:
		return appendText(nil, value[h.at:h.at+h.n])
	}
	return value
}

// Int is Value for an integer of 64 bits with a sign; ok is false for any other value.
func (s *Scanner) Int() (v int64, ok bool) {
	h := s.head()
	s.Value()
	return int64(h.v), s.err == nil && (h.is == anInt || h.is == anUint && h.v < 1<<63)
}

// Deepest is how deep arrays and maps were nested so far.
func (s *Scanner) Deepest() int { return s.walk.deepest }

// End gives the first error; it is one if anything is left.
func (s *Scanner) End() error {
	if s.err == nil && s.at < len(s.walk.p) {
		return invalid(s.at, "%d bytes behind the value", len(s.walk.p)-s.at)
	}
	return s.err
}
