package hessian

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Thrown is what is worth knowing of an exception without reading it. Of a GenericException it is what that stands for.
type Thrown struct {
	Class   string // "" if the value is no object
	Message []byte // the field detailMessage; valid until the next call, and may alias the stream
	Code    int32  // the field code, as frameworks' own exceptions have it
	Coded   bool   // there is a field code
	// Throwable says that the object has a field detailMessage and either a stackTrace, as java.lang.Throwable has, or a class that is
	// called an exception: for wires that do not tell exceptions from results.
	Throwable bool
}

// Thrown takes a value, looks whether it is an object, and picks out of it what t holds.
func (s *Scanner) Thrown(t *Thrown) error {
	*t = Thrown{}
	m, ok, err := s.fieldsOf()
	if err != nil {
		return err
	}
	if !ok {
		return s.value(0)
	}
	t.Class = wire.Intern(m.class)
	generic, message, traced := isGeneric(t.Class), -1, false
	for {
		name, ok, err := m.next(s)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		o, err := s.next()
		if err != nil {
			return err
		}
		t.Throwable = t.Throwable || string(name) == "detailMessage"
		traced = traced || string(name) == "stackTrace"
		switch {
		case generic && string(name) == genericClass && isText(o):
			var class []byte
			class, _, err = s.Text()
			t.Class = wire.Intern(class)
		case string(name) == genericMessage && generic, string(name) == "detailMessage" && message < 0:
			message = s.pos
			err = s.value(1)
		case string(name) == "code" && isInt(o):
			t.Code, err = s.Int()
			t.Coded = true
		default:
			err = s.value(1)
		}
		if err != nil {
			return err
		}
	}
	t.Throwable = t.Throwable && (traced || strings.HasSuffix(t.Class, "Exception") || strings.HasSuffix(t.Class, "Error"))
	if message < 0 || !isText(s.d.ops[s.p[message]]) {
		return nil
	}
	end := s.pos
	s.pos = message
	t.Message, _, err = s.Text()
	s.pos = end
	return err
}
