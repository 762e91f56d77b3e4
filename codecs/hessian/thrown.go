package hessian

import "github.com/dragoman-rpc/dragoman/codecs/wire"

// Thrown is what is worth knowing of an exception without reading it. Of a GenericException it is what that stands for.
type Thrown struct {
	Class   string // "" if the value is no object
	Message []byte // the field detailMessage; valid until the next call, and may alias the stream
	Code    int32  // the field code, as frameworks' own exceptions have it
	Coded   bool   // there is a field code
}

// Thrown takes a value, looks whether it is an object, and picks out of it what t holds.
func (s *Scanner) Thrown(t *Thrown) error {
	*t = Thrown{}
	def := -1
	for {
		o, err := s.next()
		if err != nil {
			return err
		}
		if o != opClass {
			break
		}
		def = s.pos
		if err := s.define(); err != nil {
			return err
		}
	}
	at := s.pos
	if o := s.d.ops[s.p[at]]; def < 0 || o != opObject && o != opObject4 {
		return s.value(0)
	}
	h, err := s.open(0)
	if err != nil {
		return err
	}
	if h.of != s.classes.n-1 {
		return s.rest(&h, 1)
	}
	return s.thrown(t, def+1)
}

// thrown takes the fields of an object, of which the class definition's names begin at def. The definition has been checked.
func (s *Scanner) thrown(t *Thrown, def int) error {
	names := Scanner{input: input{p: s.p, pos: def, d: s.d}}
	class, _, err := names.Text()
	if err != nil {
		return err
	}
	t.Class = wire.Intern(class)
	generic, message := isGeneric(t.Class), -1
	n, err := names.Int()
	for ; n > 0 && err == nil; n-- {
		var field []byte
		if field, _, err = names.Text(); err != nil {
			break
		}
		o, e := s.next()
		switch {
		case e != nil:
			return e
		case generic && string(field) == genericClass && isText(o):
			class, _, err = s.Text()
			t.Class = wire.Intern(class)
		case string(field) == genericMessage && generic, string(field) == "detailMessage" && message < 0:
			message = s.pos
			err = s.value(1)
		case string(field) == "code" && o >= opInt1 && o <= opInt5:
			t.Code, err = s.Int()
			t.Coded = true
		default:
			err = s.value(1)
		}
	}
	if err != nil || message < 0 || !isText(s.d.ops[s.p[message]]) {
		return err
	}
	end := s.pos
	s.pos = message
	t.Message, _, err = s.Text()
	s.pos = end
	return err
}
