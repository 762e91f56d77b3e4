package token

import (
	"errors"
	"io"
	"sync"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// Copy reads one value from r and puts it to w, as want declares it and docs/types.md says; want nil: nothing is declared.
// dropped counts members that the declared classes do not have. An error says where in the value it arose:
// "token: copy: $.items[2].quantity: 300 does not fit byte"; it wraps the error of r or w, if it is one of theirs. What w has got
// until then is of no use.
//
// Where r and w can both have references, the value is copied token by token, with its references and without regard to want:
// what r gives is typed already.
func Copy(w Writer, r Reader, want *contract.Type) (dropped int, err error) {
	c := newCopier(w, r)
	defer c.free()
	if c.shared() {
		return 0, c.fail(c.stream())
	}
	return c.result(c.value(want))
}

var copiers = sync.Pool{New: func() any { return &copier{classes: map[*contract.Type]*Class{}} }}

// copier copies one value. What it calls recursively is bounded by the depth that readers allow.
type copier struct {
	r        Reader
	w        Writer
	t        Token // what was read last; made into what is written
	plainIn  bool
	plainOut bool
	generic  bool // the target is a generic invocation, where a member "class" would choose a class
	dropped  int
	filled   int                       // fields put for members that are absent
	keys     []byte                    // the keys of the maps that are open, for errors
	text     []byte                    // what a token was converted to
	members  []member                  // of the objects that are being brought into order
	classes  map[*contract.Type]*Class // what types are called in tokens
}

// Limits of what a copier keeps for its next use.
const (
	keepText    = 64 << 10
	keepMembers = 1 << 10
	keepClasses = 1 << 12
)

func newCopier(w Writer, r Reader) *copier {
	c := copiers.Get().(*copier)
	c.w, c.r = w, r
	_, c.plainIn = r.(Plain)
	_, c.plainOut = w.(Plain)
	return c
}

func (c *copier) free() {
	if cap(c.text) > keepText {
		c.text = nil
	}
	if cap(c.members) > keepMembers {
		c.members = nil
	}
	if len(c.classes) > keepClasses {
		clear(c.classes)
	}
	*c = copier{classes: c.classes, keys: c.keys[:0], text: c.text[:0], members: c.members[:0]}
	copiers.Put(c)
}

// shared says whether references can pass, and has r give them.
func (c *copier) shared() bool {
	w, ok := c.w.(Sharer)
	if !ok {
		return false
	}
	r, ok := c.r.(RefReader)
	if ok {
		r.KeepRefs(w.Shares())
	}
	return ok
}

// stream copies one value as it is.
func (c *copier) stream() error {
	for depth := 0; ; {
		if err := c.r.Next(&c.t); err != nil {
			return err
		}
		switch c.t.Kind {
		case List, Map, Object:
			depth++
		case End:
			depth--
		}
		if err := c.w.Put(&c.t); err != nil {
			return err
		}
		if depth <= 0 {
			return nil
		}
	}
}

// put1 puts a token without contents.
func (c *copier) put1(k Kind) error {
	c.t = Token{Kind: k}
	return c.w.Put(&c.t)
}

// value reads one value and puts it.
func (c *copier) value(want *contract.Type) error {
	if err := c.r.Next(&c.t); err != nil {
		return err
	}
	return c.put(want)
}

var (
	errEnd = errors.New("an end where a value is due")
	errRef = errors.New("a reference that nobody asked for")
)

// put puts the value that begins with c.t.
func (c *copier) put(want *contract.Type) error {
	if want != nil && want.Kind == contract.Void && !c.plainOut {
		if err := c.over(); err != nil {
			return err
		}
		return c.put1(Null)
	}
	switch c.t.Kind {
	case List:
		return c.list(want)
	case Map:
		return c.mapping(want)
	case Object:
		return c.object(want)
	case Enum:
		if c.plainOut && (want == nil || want.Kind != contract.Enum) {
			return c.enumObject()
		}
	case End:
		return errEnd
	case Ref:
		return errRef
	}
	if err := c.coerce(want); err != nil && !c.lenient() {
		return err
	}
	return c.w.Put(&c.t)
}

// over goes to the end of the value that begins with c.t, writing nothing.
func (c *copier) over() error {
	depth := 0
	for {
		switch c.t.Kind {
		case List, Map, Object:
			depth++
		case End:
			depth--
		}
		if depth <= 0 {
			return nil
		}
		if err := c.r.Next(&c.t); err != nil {
			return err
		}
	}
}

// lenient: from a syntax that names its types to one that takes anything, a contract is a help and no judge.
func (c *copier) lenient() bool { return !c.plainIn && c.plainOut }

// misfit is the error for a value that begins with c.t, if it is to be one: else the value is copied as it is.
func (c *copier) misfit(want *contract.Type) error {
	if c.lenient() {
		return nil
	}
	return unfit(&c.t, want)
}

// list puts the list that c.t begins.
func (c *copier) list(want *contract.Type) error {
	var elem *contract.Type
	switch kindOf(want) {
	case contract.Any:
	case contract.List:
		elem = want.Elem
		if c.t.Class == nil && !c.plainOut {
			c.t.Class = c.class(want)
		}
	case contract.Map, contract.Class:
		if c.plainIn && !c.plainOut {
			return c.emptyList(want)
		}
		fallthrough
	default:
		if err := c.misfit(want); err != nil {
			return err
		}
	}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	return c.elements(elem, 0)
}

// elements puts the elements of an open list, from number i on, and its end.
func (c *copier) elements(elem *contract.Type, i int) error {
	for ; ; i++ {
		err := c.r.Next(&c.t)
		if err == nil && c.t.Kind == End {
			return c.w.Put(&c.t)
		}
		if err == nil {
			err = c.put(elem)
		}
		if err != nil {
			return atIndex(err, i)
		}
	}
}

// emptyList puts a map or an object without members for a list that must be empty: PHP has one spelling for both.
func (c *copier) emptyList(want *contract.Type) error {
	begun := c.t
	if err := c.r.Next(&c.t); err != nil {
		return err
	}
	if c.t.Kind != End {
		return unfit(&begun, want)
	}
	c.t = Token{Kind: Map, Class: c.class(want)}
	if kindOf(want) == contract.Class && want.Fields != nil {
		return c.empty(want)
	}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	return c.put1(End)
}

// mapping puts the map that c.t begins.
func (c *copier) mapping(want *contract.Type) error {
	switch kindOf(want) {
	case contract.Any:
		return c.pairs(nil, nil, nil)
	case contract.Map:
		if c.t.Class == nil && !c.plainOut {
			c.t.Class = c.class(want)
		}
		return c.pairs(want.Key, want.Elem, nil)
	case contract.Class:
		switch {
		case c.plainOut:
			return c.pairs(nil, nil, want)
		case want.Fields != nil:
			return c.ordered(want)
		}
		// A map under the name of a class is an object to Java, of which only the names of the fields count.
		if !c.generic {
			c.t.Class = c.class(want)
		}
		return c.pairs(nil, nil, nil)
	case contract.Enum:
		return c.enumOfMap(want)
	}
	if err := c.misfit(want); err != nil {
		return err
	}
	return c.pairs(nil, nil, nil)
}

var errClass = errors.New(`a generic invocation cannot carry a member "class": the provider would take it for the choice of a class; a contract that declares the type can`)

// pairs puts the map that c.t begins. Values are of type elem or, if the keys name the fields of a class, of their fields' types.
func (c *copier) pairs(key, elem, class *contract.Type) error {
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	hint := 0
	for n := 0; ; n++ {
		if err := c.r.Next(&c.t); err != nil {
			return err
		}
		if c.t.Kind == End {
			return c.w.Put(&c.t)
		}
		from := len(c.keys)
		named := c.t.Kind == Key
		if named {
			c.keys = append(c.keys, c.t.Text...)
			if c.generic && string(c.t.Text) == "class" {
				return atField(errClass, "class")
			}
		}
		if class != nil {
			elem = nil
			if i := field(class.Fields, hint, c.t.Text); i >= 0 {
				elem, hint = class.Fields[i].Type, i+1
			}
		}
		to := len(c.keys)
		err := c.key(key)
		if err == nil {
			err = c.value(elem)
		}
		switch {
		case err != nil && named:
			return atField(err, string(c.keys[from:to]))
		case err != nil:
			return atPair(err, n)
		}
		c.keys = c.keys[:from]
	}
}

// key puts the key of a map that begins with c.t.
func (c *copier) key(want *contract.Type) error {
	switch c.t.Kind {
	case Key:
		if k := kindOf(want); k == contract.Any || k == contract.String {
			return c.w.Put(&c.t)
		}
		if string(c.t.Text) == "null" && want.Nullable {
			return c.put1(Null)
		}
		c.t.Kind = String
	case Object:
		if c.plainOut {
			return c.enumOfObject(want)
		}
		return c.put(want)
	case List, Map:
		if c.plainOut {
			return errors.New("a " + c.t.Kind.String() + " cannot be a key there")
		}
		return c.put(want)
	case Enum:
		return c.w.Put(&c.t)
	}
	if err := c.coerce(want); err != nil && !c.lenient() {
		return err
	}
	return c.w.Put(&c.t)
}

// result is what Copy and its kin return.
func (c *copier) result(err error) (int, error) { return c.dropped, c.fail(err) }

func (c *copier) fail(err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, io.EOF) {
		err = errors.New("the value ends early")
	}
	return located(err)
}
