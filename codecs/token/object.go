package token

import (
	"errors"
	"fmt"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// object puts the object that c.t begins: its class is known, and its fields come in the order of that.
func (c *copier) object(want *contract.Type) error {
	var elem, as *contract.Type
	switch kindOf(want) {
	case contract.Any:
	case contract.Map:
		elem = want.Elem
	case contract.Class:
		if want.Name == c.t.Class.Name {
			as, c.t.Int = want, 1
		} else {
			as = subtype(want, []byte(c.t.Class.Name))
		}
	case contract.Enum:
		return c.enumOfObject(want)
	default:
		if err := c.misfit(want); err != nil {
			return err
		}
	}
	names := c.t.Class.Fields
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	hint := 0
	for i := 0; ; i++ {
		err := c.r.Next(&c.t)
		switch {
		case err == nil && c.t.Kind == End:
			return c.w.Put(&c.t)
		case i == len(names):
			return fmt.Errorf("more values than the %d fields of the class", len(names))
		case err != nil:
			return atField(err, names[i])
		}
		t := elem
		if as != nil {
			t = nil
			if at := field(as.Fields, hint, []byte(names[i])); at >= 0 {
				t, hint = as.Fields[at].Type, at+1
			}
		}
		if err := c.put(t); err != nil {
			return atField(err, names[i])
		}
	}
}

var errNoEnum = errors.New("an object cannot be a key there, unless it is an enum")

// enumOfObject puts an enum for the object that c.t begins, which must have nothing but a name.
func (c *copier) enumOfObject(want *contract.Type) error {
	class := c.t.Class
	if len(class.Fields) != 1 || class.Fields[0] != "name" {
		if kindOf(want) != contract.Enum {
			return errNoEnum
		}
		return unfit(&c.t, want)
	}
	if err := c.r.Next(&c.t); err != nil {
		return err
	}
	if c.t.Kind != String {
		return errors.New("an enum whose name is no text")
	}
	c.t = Token{Kind: Enum, Text: c.t.Text, Class: class}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	return c.end()
}

// end reads an End, writing nothing.
func (c *copier) end() error {
	if err := c.r.Next(&c.t); err != nil {
		return err
	}
	if c.t.Kind != End {
		return errors.New("more values than there are fields")
	}
	return nil
}

// enumOfMap puts an enum for the map that c.t begins: {"class": …, "name": "RED"}, as an enum is written where it is not declared.
func (c *copier) enumOfMap(want *contract.Type) error {
	c.text = c.text[:0]
	for {
		if err := c.r.Next(&c.t); err != nil {
			return err
		}
		if c.t.Kind == End {
			break
		}
		name := c.t.Kind == Key && string(c.t.Text) == "name"
		if err := c.r.Next(&c.t); err != nil {
			return err
		}
		if name && c.t.Kind == String {
			c.text = append(c.text[:0], c.t.Text...)
		} else if err := c.over(); err != nil {
			return err
		}
	}
	c.t = Token{Kind: String, Text: c.text}
	if err := c.coerce(want); err != nil && !c.lenient() {
		return err
	}
	return c.w.Put(&c.t)
}

// nameOnly is the fields of an enum.
var nameOnly = []string{"name"}

// enumObject puts the enum c.t as the object that it is in Java, for a reader who is not told that it is an enum.
func (c *copier) enumObject() error {
	name := c.t.Text
	class := c.t.Class
	if len(class.Fields) != 1 {
		class = &Class{Name: class.Name, Fields: nameOnly}
	}
	c.t = Token{Kind: Object, Class: class}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	c.t = Token{Kind: String, Text: name}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	return c.put1(End)
}
