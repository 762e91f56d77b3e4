package token

import (
	"errors"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// CopyFault copies a fault in its neutral form, a Map with class, message, fields, cause and trace; the values of fields have the
// types that their class in throws, the classes a method declares, gives them. From a syntax without classes to one that has
// them, where the members may come in any order, be absent, or the fault be just a text, it is put in full and in order, under a
// class that the caller can catch: the one in throws that contract.Thrown finds, else its own if every Java program takes that, else
// java.lang.RuntimeException with the original class in the message. Else as Copy.
func CopyFault(w Writer, r Reader, throws []*contract.Type) (dropped int, err error) {
	c := newCopier(w, r)
	defer c.free()
	if c.shared() {
		return 0, c.fail(c.stream())
	}
	if err := c.r.Next(&c.t); err != nil {
		return 0, c.fail(err)
	}
	if c.plainIn && !c.plainOut {
		return c.result(c.catchable(throws, 0))
	}
	return c.result(c.faultAsIs(throws))
}

// faultAsIs puts the fault that c.t begins with its members as they come.
func (c *copier) faultAsIs(throws []*contract.Type) error {
	if c.t.Kind != Map {
		return c.put(nil)
	}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	var class *contract.Type
	for {
		if err := c.r.Next(&c.t); err != nil {
			return err
		}
		key := string(c.t.Text)
		if err := c.w.Put(&c.t); err != nil || c.t.Kind == End {
			return err
		}
		if err := c.r.Next(&c.t); err != nil {
			return err
		}
		var err error
		switch {
		case key == "class" && c.t.Kind == String && len(c.t.Text) > 0:
			class = contract.Thrown(throws, string(c.t.Text))
			err = c.w.Put(&c.t)
		case key == "fields" && c.t.Kind == Map:
			err = c.pairs(nil, nil, class)
		case key == "cause":
			err = c.faultAsIs(throws)
		default:
			err = c.put(nil)
		}
		if err != nil {
			return atField(err, key)
		}
	}
}

// anyFailure is the class of an exception of which the caller's contract says nothing.
const anyFailure = "java.lang.RuntimeException"

// isCommon says whether a class is one of Java's own unchecked exceptions that hold nothing but Throwable's fields and that Dubbo 3
// lets through without a word in the consumer's own list (security/serialize.allowlist of dubbo-3.3.6.jar). What that list lacks,
// a consumer reads as a map and then fails: UnsupportedOperationException, all of java.util, and Throwable itself.
func isCommon(class string) bool {
	switch class {
	case anyFailure, "java.lang.IllegalArgumentException", "java.lang.IllegalStateException", "java.lang.IndexOutOfBoundsException",
		"java.lang.NegativeArraySizeException", "java.lang.NullPointerException", "java.lang.NumberFormatException",
		"java.lang.SecurityException", "java.lang.StringIndexOutOfBoundsException":
		return true
	}
	return false
}

// maxCauses bounds a chain of causes: what is behind is left out.
const maxCauses = 32

// faultKeys are the members of a fault in the order in which they are put.
var faultKeys = [...]string{"class", "message", "fields", "cause", "trace"}

type faultMembers [len(faultKeys)]member

var stringList = &contract.Type{Kind: contract.List, Name: "java.util.List", Nullable: true, Elem: contract.Builtin("java.lang.String")}

// catchable puts the fault that c.t begins as one that a caller with classes can catch.
func (c *copier) catchable(throws []*contract.Type, depth int) error {
	var at faultMembers
	name, message := "", text{}
	if c.t.Kind == Map {
		if err := c.faultMembers(&at); err != nil {
			return err
		}
	} else if c.t.Kind == String {
		message = text{string(c.t.Text), true}
	} else if err := c.over(); err != nil {
		return err
	}
	end := c.r.Mark()
	class, err := c.faultText(&at[0])
	if err != nil {
		return err
	}
	if at[1].set {
		if message, err = c.faultText(&at[1]); err != nil {
			return err
		}
	}
	known := contract.Thrown(throws, class.s)
	if depth > 0 && !class.set {
		known = nil // the one class that a method throws is not that of its cause
	}
	switch {
	case known != nil:
		name = known.Name
	case isCommon(class.s):
		name = class.s
	default:
		name = anyFailure
		message = message.under(class)
	}
	if err := c.putFault(&at, text{name, true}, message, known); err != nil {
		return err
	}
	if err := c.faultRest(&at, throws, depth); err != nil {
		return err
	}
	if err := c.r.Seek(end); err != nil {
		return err
	}
	return c.put1(End)
}

// text is a string that may be null.
type text struct {
	s   string
	set bool
}

// under is a message behind the name of the class that it came with.
func (t text) under(class text) text {
	switch {
	case !class.set:
		return t
	case !t.set:
		return class
	}
	return text{class.s + ": " + t.s, true}
}

// faultMembers notes where the members of the map that c.t begins stand.
func (c *copier) faultMembers(at *faultMembers) error {
	for {
		if err := c.r.Next(&c.t); err != nil || c.t.Kind == End {
			return err
		}
		i := 0
		for i < len(at) && (c.t.Kind != Key || faultKeys[i] != string(c.t.Text)) {
			i++
		}
		if i == len(at) {
			c.dropped++
			if err := c.r.Skip(); err != nil {
				return err
			}
			continue
		}
		if at[i].set {
			return atField(errors.New("the member comes twice"), faultKeys[i])
		}
		at[i] = member{c.r.Mark(), true}
		if err := c.r.Pass(); err != nil {
			return err
		}
	}
}

// goTo reads the first token of a member, Null if it is absent.
func (c *copier) goTo(m *member) error {
	c.t = Token{}
	if !m.set {
		return nil
	}
	if err := c.r.Seek(m.at); err != nil {
		return err
	}
	return c.r.Next(&c.t)
}

// faultText gives a member that is a text; one that is anything else is null.
func (c *copier) faultText(m *member) (text, error) {
	if err := c.goTo(m); err != nil {
		return text{}, err
	}
	if c.t.Kind == String {
		return text{string(c.t.Text), len(c.t.Text) > 0}, nil
	}
	return text{}, c.over()
}

func (c *copier) putText(k Kind, t text) error {
	c.t = Token{}
	if t.set {
		c.text = append(c.text[:0], t.s...)
		c.t = Token{Kind: k, Text: c.text}
	}
	return c.w.Put(&c.t)
}

// putFault puts the beginning of a fault: class, message and fields.
func (c *copier) putFault(at *faultMembers, class, message text, known *contract.Type) error {
	c.t = Token{Kind: Map, Int: -1}
	err := c.w.Put(&c.t)
	for i, t := range []text{class, message} {
		if err == nil {
			err = c.putText(Key, text{faultKeys[i], true})
		}
		if err == nil {
			err = c.putText(String, t)
		}
	}
	if err == nil {
		err = c.putText(Key, text{"fields", true})
	}
	if err == nil {
		err = c.goTo(&at[2])
	}
	if err != nil {
		return err
	}
	if c.t.Kind == Map && known != nil {
		if err := c.pairs(nil, nil, known); err != nil {
			return atField(err, "fields")
		}
		return nil
	}
	if err := c.over(); err != nil { // Java's own have none beside Throwable's
		return err
	}
	c.t = Token{Kind: Map}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	return c.put1(End)
}

// faultRest puts cause and trace.
func (c *copier) faultRest(at *faultMembers, throws []*contract.Type, depth int) error {
	if err := c.putText(Key, text{"cause", true}); err != nil {
		return err
	}
	if err := c.goTo(&at[3]); err != nil {
		return err
	}
	switch {
	case c.t.Kind != Null && depth < maxCauses:
		if err := c.catchable(throws, depth+1); err != nil {
			return atField(err, "cause")
		}
	default:
		if err := c.over(); err != nil {
			return err
		}
		if err := c.put1(Null); err != nil {
			return err
		}
	}
	if !at[4].set {
		return nil
	}
	if err := c.putText(Key, text{"trace", true}); err != nil {
		return err
	}
	if err := c.goTo(&at[4]); err != nil {
		return err
	}
	if err := c.put(stringList); err != nil {
		return atField(err, "trace")
	}
	return nil
}
