package token

import (
	"errors"
	"fmt"
	"io"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// CopyArgs copies the arguments of a call to m and puts them as one List, as Args always is. r gives a List by position or, in a
// syntax without classes, a Map of arguments by name, the only argument as it is, or nothing at all (docs/types.md, Arguments).
// m nil: nothing is known of the method. Else as Copy.
func CopyArgs(w Writer, r Reader, m *contract.Method) (dropped int, err error) {
	c := newCopier(w, r)
	defer c.free()
	if c.shared() {
		return 0, c.fail(c.stream())
	}
	return c.result(c.args(m))
}

func (c *copier) args(m *contract.Method) error {
	none := false
	if err := c.r.Next(&c.t); err != nil {
		if none = errors.Is(err, io.EOF); !none {
			return err
		}
	}
	// What is known by nobody but the caller goes as a generic invocation where classes count.
	c.generic = c.plainIn && !c.plainOut && (m == nil || m.Source == contract.Unknown)
	switch {
	case m == nil && none:
		return c.wrap(0, nil)
	case m == nil:
		if c.t.Kind == List {
			return c.list(nil)
		}
		return c.wrap(1, func() error { return c.put(nil) })
	case none:
		return c.byName(m, func() error { return c.rest(m.Params, 0, true) })
	case c.t.Kind == List:
		return c.positional(m)
	case c.t.Kind == Map && !isArgument(m):
		return c.byName(m, func() error { return c.fields(m.Params, true) })
	case len(m.Params.Fields) != 1:
		return fmt.Errorf("one argument for %s", m)
	}
	return c.wrap(1, func() error { return c.argument(m.Params.Fields[0].Type) })
}

// wrap puts a list around what put puts.
func (c *copier) wrap(n int, put func() error) error {
	first := c.t
	c.t = Token{Kind: List, Int: int64(n)}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	if put != nil {
		c.t = first
		if err := put(); err != nil {
			return err
		}
	}
	return c.put1(End)
}

// isArgument says whether a map is the only argument of m, and not a map of arguments.
func isArgument(m *contract.Method) bool {
	if len(m.Params.Fields) != 1 {
		return false
	}
	switch m.Params.Fields[0].Type.Kind {
	case contract.Class, contract.Map, contract.Any:
		return true
	}
	return false
}

// byName puts the arguments that come by their names, and what fields puts is their values and an End.
func (c *copier) byName(m *contract.Method, fields func() error) error {
	if c.t.Kind == Map && c.t.Class != nil {
		return fmt.Errorf("a map of class %s for the arguments of %s", c.t.Class.Name, m)
	}
	for _, f := range m.Params.Fields {
		if f.Name == "" {
			return fmt.Errorf("the parameters of %s have no names: give an array", m)
		}
	}
	c.t = Token{Kind: List, Int: int64(len(m.Params.Fields))}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	return fields()
}

// argument puts the argument that begins with c.t. A primitive must be there.
func (c *copier) argument(want *contract.Type) error {
	if c.t.Kind == Null && !want.Nullable {
		return unfit(&c.t, want)
	}
	return c.put(want)
}

// positional puts the list that c.t begins as the arguments of m.
func (c *copier) positional(m *contract.Method) error {
	params := m.Params.Fields
	c.t = Token{Kind: List, Int: int64(len(params))}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	for i, p := range params {
		if m.Varargs && c.plainIn && i == len(params)-1 && p.Type.Kind == contract.List {
			if err := c.collect(p.Type, i); err != nil {
				return err
			}
			return c.put1(End)
		}
		err := c.r.Next(&c.t)
		if err == nil && c.t.Kind == End {
			return fmt.Errorf("%d arguments for %s", i, m)
		}
		if err == nil {
			err = c.argument(p.Type)
		}
		if err != nil {
			return atIndex(err, i)
		}
	}
	if err := c.r.Next(&c.t); err != nil {
		return err
	}
	if c.t.Kind != End {
		hint := ""
		if len(params) == 1 && params[0].Type.Kind == contract.List {
			hint = "; an argument that is a list stands in the list of arguments: [[…]]"
		}
		return fmt.Errorf("more arguments than %s takes%s", m, hint)
	}
	return c.w.Put(&c.t)
}

// collect puts the arguments from number i on as one array, and reads the End of the arguments. One list is the array itself.
func (c *copier) collect(want *contract.Type, i int) error {
	begun := c.r.Mark()
	if err := c.r.Next(&c.t); err != nil {
		return err
	}
	if c.t.Kind == List {
		last, err := c.last(begun)
		if err != nil {
			return err
		}
		if last {
			if err := c.list(want); err != nil {
				return atIndex(err, i)
			}
			return c.end()
		}
	}
	first := c.t
	c.t = Token{Kind: List, Int: -1, Class: c.class(want)}
	if err := c.w.Put(&c.t); err != nil {
		return err
	}
	c.t = first
	if c.t.Kind == End {
		return c.w.Put(&c.t)
	}
	if err := c.put(want.Elem); err != nil {
		return atIndex(err, i)
	}
	return c.elements(want.Elem, i+1)
}

// last says whether the value that begins at a mark is the last one, and reads its first token.
func (c *copier) last(begun Mark) (bool, error) {
	err := c.r.Seek(begun)
	if err == nil {
		err = c.r.Pass()
	}
	if err == nil {
		err = c.r.Next(&c.t)
	}
	last := c.t.Kind == End
	if err == nil {
		err = c.r.Seek(begun)
	}
	if err == nil {
		err = c.r.Next(&c.t)
	}
	return last, err
}
