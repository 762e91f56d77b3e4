package token

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// member is a value that is out of order, and where it stands.
type member struct {
	at  Mark
	set bool
}

// ordered puts the map that c.t begins as an object of a declared class, its values in the order of the class. As long as
// members come in that order they are copied as they come. From the first that does not, the places of the rest are noted,
// and then gone to one by one: no tree is built.
func (c *copier) ordered(want *contract.Type) error {
	made, err := c.chosen(want)
	if err != nil {
		return err
	}
	if err := c.begin(made, want); err != nil {
		return err
	}
	return c.fields(made, false)
}

// begin puts the beginning of an object of class made where want is declared.
func (c *copier) begin(made, want *contract.Type) error {
	c.t = Token{Kind: Object, Class: c.class(made)}
	if made == want {
		c.t.Int = 1
	}
	return c.w.Put(&c.t)
}

// fields puts the values of a map that is open for the fields of a class, or for the parameters of a method, which all must be
// there; and an End.
func (c *copier) fields(want *contract.Type, params bool) error {
	for next := 0; ; {
		i, err := c.memberName(want, next, params)
		switch {
		case err != nil:
			return err
		case i == atEnd:
			return c.rest(want, next, params)
		case i == unknown:
			continue
		case i < next:
			return twice(want, i)
		case i > next:
			return c.shuffled(want, next, i, params)
		}
		if err := c.field(want, i, params); err != nil {
			return err
		}
		next++
	}
}

// What memberName gives for what is no field.
const (
	atEnd   = -1
	unknown = -2
)

// memberName reads a member's name and gives the number of its field. Values of unknown members are skipped here.
func (c *copier) memberName(want *contract.Type, hint int, params bool) (int, error) {
	if err := c.r.Next(&c.t); err != nil {
		return 0, err
	}
	switch c.t.Kind {
	case End:
		return atEnd, nil
	case Key:
	default:
		return 0, fmt.Errorf("a %s as the name of a field", c.t.Kind)
	}
	if i := field(want.Fields, hint, c.t.Text); i >= 0 {
		return i, nil
	}
	if params {
		return 0, fmt.Errorf("the method has no parameter %q", c.t.Text)
	}
	if string(c.t.Text) != "class" {
		c.dropped++
	}
	return unknown, c.r.Skip()
}

// field puts the value that is next for field i.
func (c *copier) field(want *contract.Type, i int, params bool) error {
	f := &want.Fields[i]
	err := c.r.Next(&c.t)
	if err == nil && params {
		err = c.argument(f.Type)
	} else if err == nil {
		err = c.put(f.Type)
	}
	if err != nil {
		return atField(err, f.Name)
	}
	return nil
}

func twice(want *contract.Type, i int) error {
	return atField(errors.New("the member comes twice"), want.Fields[i].Name)
}

// shuffled goes on where the member for field i was met and that for field next was due.
func (c *copier) shuffled(want *contract.Type, next, i int, params bool) error {
	base := len(c.members)
	n := len(want.Fields) - next
	c.members = append(c.members, make([]member, n)...)
	for i != atEnd {
		switch {
		case i == unknown:
		case i < next || c.members[base+i-next].set:
			return twice(want, i)
		default:
			c.members[base+i-next] = member{c.r.Mark(), true}
			if err := c.r.Pass(); err != nil {
				return atField(err, want.Fields[i].Name)
			}
		}
		var err error
		if i, err = c.memberName(want, max(i+1, next), params); err != nil {
			return err
		}
	}
	end := c.r.Mark()
	for k := range n {
		m := c.members[base+k]
		if !m.set {
			if err := c.absent(want, next+k, params); err != nil {
				return err
			}
			continue
		}
		if err := c.r.Seek(m.at); err != nil {
			return err
		}
		if err := c.field(want, next+k, params); err != nil {
			return err
		}
	}
	c.members = c.members[:base]
	if err := c.r.Seek(end); err != nil {
		return err
	}
	return c.put1(End)
}

// empty puts an object without any members.
func (c *copier) empty(want *contract.Type) error {
	made, err := c.concrete(want)
	if err != nil {
		return err
	}
	if err := c.begin(made, want); err != nil {
		return err
	}
	return c.rest(made, 0, false)
}

// rest puts what stands for absent members, from field next on, and an End.
func (c *copier) rest(want *contract.Type, next int, params bool) error {
	for ; next < len(want.Fields); next++ {
		if err := c.absent(want, next, params); err != nil {
			return err
		}
	}
	return c.put1(End)
}

// absent puts null, or zero for a primitive.
func (c *copier) absent(want *contract.Type, i int, params bool) error {
	if c.filled++; c.filled > MaxExpand {
		return fmt.Errorf("%w: more than %d absent members", ErrExpand, MaxExpand)
	}
	t := want.Fields[i].Type
	c.t = Token{}
	if !t.Nullable {
		if params {
			return atField(errors.New("the argument is missing"), want.Fields[i].Name)
		}
		zero(&c.t, t)
	}
	return c.w.Put(&c.t)
}

// chosen gives the class to make for the map that c.t begins: what its member "class" says, if it is one that may stand here.
func (c *copier) chosen(want *contract.Type) (*contract.Type, error) {
	if len(want.Subs) == 0 && !want.Abstract {
		return want, nil
	}
	begun := c.r.Mark()
	for {
		if err := c.r.Next(&c.t); err != nil {
			return nil, err
		}
		if c.t.Kind == End {
			break
		}
		if c.t.Kind != Key || string(c.t.Text) != "class" {
			if err := c.r.Pass(); err != nil {
				return nil, err
			}
			continue
		}
		if err := c.r.Next(&c.t); err != nil {
			return nil, err
		}
		if c.t.Kind != String {
			return nil, atField(errors.New("not the name of a class"), "class")
		}
		made := subtype(want, c.t.Text)
		if made == nil || made.Abstract {
			return nil, atField(fmt.Errorf("%.100q may not stand here; %s may", c.t.Text, choices(want)), "class")
		}
		return made, c.r.Seek(begun)
	}
	if err := c.r.Seek(begun); err != nil {
		return nil, err
	}
	return c.concrete(want)
}

// concrete gives the class to make where the value does not say.
func (c *copier) concrete(want *contract.Type) (*contract.Type, error) {
	switch {
	case !want.Abstract:
		return want, nil
	case want.Default != nil:
		return want.Default, nil
	case len(want.Subs) == 1:
		return want.Subs[0], nil
	}
	return nil, fmt.Errorf(`%s is abstract: a member "class" must say which of %s it is`, want.Name, choices(want))
}

func choices(want *contract.Type) string {
	var names []string
	if !want.Abstract {
		names = append(names, want.Name)
	}
	for _, s := range want.Subs {
		names = append(names, s.Name)
	}
	if len(names) == 0 {
		return "no declared class"
	}
	return strings.Join(names, ", ")
}
