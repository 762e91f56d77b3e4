package proto

import (
	"fmt"

	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// wellKnown fills the table of a well-known type, if it is one that has a form of its own for values of type t.
func (b *builder) wellKnown(m *message, md protoreflect.MessageDescriptor, t *contract.Type) (bool, error) {
	switch name := md.FullName(); {
	case name == nameTimestamp:
		return b.timestamp(m, t)
	case name == nameDuration:
		return b.duration(m, t)
	case name == nameMask && (t.Kind == contract.String || t.Kind == contract.Any):
		m.form = formMask
	case name == nameValue:
		m.form = formValue
	case name == nameAny:
		m.form, m.types = formAny, b.any
		if t.Kind != contract.Map && t.Kind != contract.Any {
			return true, fmt.Errorf("%s can be a Map or an Object, and no %s", name, t.Name)
		}
	case name == nameStruct, name == nameList && (t.Kind == contract.List || t.Kind == contract.Any),
		wrappers[name] && t.Kind != contract.Class && t.Kind != contract.Map:
		m.form = formOnly
	default:
		return false, nil
	}
	if wrappers[md.FullName()] { // its only field is what t is
		f, err := b.field(md.Fields().Get(0), &contract.Field{Name: "value", Type: t})
		m.fields = []field{f}
		return true, err
	}
	return true, b.fields(m, md, nil)
}

// timestamp: a moment is no LocalDateTime, for it would be one of some zone.
func (b *builder) timestamp(m *message, t *contract.Type) (bool, error) {
	m.form = formTimestamp
	switch t.Kind {
	case contract.Date:
		m.as = asDate
		if t.Name != "java.util.Date" {
			m.class = &token.Class{Name: t.Name}
		}
		return true, nil
	case contract.String:
		return true, nil
	case contract.Any:
		t = contract.Builtin("java.time.Instant")
	}
	switch t.Name {
	case "java.time.Instant", "java.time.OffsetDateTime", "java.time.ZonedDateTime":
		m.as, m.class = asTime, &token.Class{Name: t.Name}
		return true, nil
	}
	return true, fmt.Errorf("a Timestamp can be a Date, Instant, OffsetDateTime, ZonedDateTime or String, and no %s", t.Name)
}

func (b *builder) duration(m *message, t *contract.Type) (bool, error) {
	m.form = formDuration
	switch {
	case t.Kind == contract.String, t.Kind == contract.Any:
		return true, nil
	case t.Name == "java.time.Duration":
		m.as, m.class = asTime, &token.Class{Name: t.Name}
		return true, nil
	}
	return true, fmt.Errorf("a Duration can be a java.time.Duration or a String, and no %s", t.Name)
}

// register makes the tables of all messages that an Any may hold.
func (b *builder) register(messages protoreflect.MessageDescriptors) {
	for i := range messages.Len() {
		md := messages.Get(i)
		if md.IsMapEntry() {
			continue
		}
		t := b.typeOf(md)
		if t.Kind == contract.Class {
			t = contract.Object()
		}
		var m *message
		err := b.try(func() (err error) {
			m, err = b.table(md, t)
			return err
		})
		if err == nil { // one that has a group cannot be in an Any
			b.any.messages[string(md.FullName())] = m
		}
		b.register(md.Messages())
	}
}

// try does what may fail. If it does, the tables that it began are forgotten.
func (b *builder) try(f func() error) error {
	from := len(b.begun)
	err := f()
	if err != nil {
		for _, p := range b.begun[from:] {
			delete(b.tables, p)
		}
		b.begun = b.begun[:from]
	}
	return err
}
