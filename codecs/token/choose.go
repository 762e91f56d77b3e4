package token

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// Choose tells overloads apart by the values of the arguments that r is about to give, and leaves r where it was. If that leaves
// none or several it is an error that lists them; docs/contracts.md has the rules. A single method is not held against the values.
func Choose(ms []*contract.Method, r Reader) (*contract.Method, error) {
	switch len(ms) {
	case 0:
		return nil, errors.New("token: choose: no method")
	case 1:
		return ms[0], nil
	}
	found, err := fitting(ms, r)
	switch {
	case err != nil:
		return nil, err
	case len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return nil, fmt.Errorf("token: choose: the arguments fit none of %s", signatures(ms))
	}
	return nil, fmt.Errorf("token: choose: the arguments fit %d methods: %s; say the parameter types", len(found), signatures(found))
}

// Fitting is Choose for methods that may be some of many: also a single one is held against the values, and nil is none or several.
func Fitting(ms []*contract.Method, r Reader) (*contract.Method, error) {
	found, err := fitting(ms, r)
	if err != nil || len(found) != 1 {
		return nil, err
	}
	return found[0], nil
}

// fitting gives the methods that the values fit best, and leaves r where it was.
func fitting(ms []*contract.Method, r Reader) (found []*contract.Method, err error) {
	c := newCopier(nil, r)
	defer c.free()
	c.plainIn, c.plainOut = true, false
	best := none
	begun := r.Mark()
	for _, m := range ms {
		f, err := c.fit(m)
		if err == nil {
			err = r.Seek(begun)
		}
		if err != nil {
			return nil, fmt.Errorf("token: choose: %w", err)
		}
		if f > best {
			best, found = f, found[:0]
		}
		if f == best && f > none {
			found = append(found, m)
		}
	}
	return found, nil
}

func signatures(ms []*contract.Method) string {
	s := make([]string, len(ms))
	for i, m := range ms {
		s[i] = m.String()
	}
	return strings.Join(s, ", ")
}

// fitness is how well values fit what is declared; of several, the worst counts.
type fitness uint8

const (
	none    fitness = iota
	collect         // the last arguments must be collected into an array, and some converted
	gather          // the last arguments must be collected into an array
	convert         // some must be converted
	natural         // all are such by nature
)

// fit reads the arguments and says how well they fit m.
func (c *copier) fit(m *contract.Method) (fitness, error) {
	params := m.Params.Fields
	err := c.r.Next(&c.t)
	switch {
	case errors.Is(err, io.EOF):
		return complete(params, nil), nil
	case err != nil:
		return none, err
	case c.t.Kind == List:
		return c.fitAll(m)
	case c.t.Kind == Map && !isArgument(m):
		return c.fitNamed(params)
	case len(params) != 1:
		return none, nil
	}
	return c.natureOf(params[0].Type), nil
}

// complete: of the parameters without an argument none is a primitive.
func complete(params []contract.Field, given []bool) fitness {
	for i, p := range params {
		if (given == nil || !given[i]) && !p.Type.Nullable {
			return none
		}
	}
	return natural
}

func (c *copier) fitAll(m *contract.Method) (fitness, error) {
	params := m.Params.Fields
	as, n := natural, 0
	for ; ; n++ {
		here := c.r.Mark()
		if err := c.r.Next(&c.t); err != nil {
			return none, err
		}
		if c.t.Kind == End {
			break
		}
		var f fitness
		switch last := len(params) - 1; {
		case n < last || n == last && !m.Varargs:
			f = c.natureOf(params[n].Type)
		case m.Varargs:
			if f = c.natureOf(params[last].Type); n > last || f == none {
				if f = c.natureOf(params[last].Type.Elem); f > none {
					f -= 2
				}
			}
		}
		if as = min(as, f); as == none {
			return none, nil
		}
		if err := c.passed(here); err != nil {
			return none, err
		}
	}
	switch {
	case n >= len(params):
		return as, nil
	case m.Varargs && n == len(params)-1:
		return min(as, gather), nil
	}
	return none, nil
}

// passed goes behind the value that began at a mark and of which the first token was read.
func (c *copier) passed(begun Mark) error {
	switch c.t.Kind {
	case List, Map, Object:
		if err := c.r.Seek(begun); err != nil {
			return err
		}
		return c.r.Pass()
	}
	return nil
}

func (c *copier) fitNamed(params []contract.Field) (fitness, error) {
	as, given, hint := natural, make([]bool, len(params)), 0
	for {
		if err := c.r.Next(&c.t); err != nil {
			return none, err
		}
		if c.t.Kind == End {
			return min(as, complete(params, given)), nil
		}
		i := field(params, hint, c.t.Text)
		if c.t.Kind != Key || i < 0 || given[i] {
			return none, nil
		}
		given[i], hint = true, i+1
		here := c.r.Mark()
		if err := c.r.Next(&c.t); err != nil {
			return none, err
		}
		if as = min(as, c.natureOf(params[i].Type)); as == none {
			return none, nil
		}
		if err := c.passed(here); err != nil {
			return none, err
		}
	}
}

// natureOf says how the value that begins with c.t fits a type. c.t keeps its kind.
func (c *copier) natureOf(want *contract.Type) fitness {
	k := kindOf(want)
	t := c.t
	switch {
	case t.Kind == Null && (k == contract.Any || want.Nullable):
		return natural
	case t.Kind == Null:
		return none
	case k == contract.Any:
		return convert
	case t.Kind == List:
		return only(k == contract.List)
	case t.Kind == Map && k == contract.Enum:
		return convert
	case t.Kind == Map, t.Kind == Object:
		return only(k == contract.Class || k == contract.Map)
	}
	err := c.coerce(want)
	c.t = t
	switch {
	case err != nil:
		return none
	case isNature(t.Kind, k):
		return natural
	case t.Kind != String && k == contract.String:
		return none // a number becomes a text where nothing else is meant, not where there is a choice
	}
	return convert
}

func only(ok bool) fitness {
	if ok {
		return natural
	}
	return none
}

// isNature says whether a token of kind t is by nature of a declared kind, granted that it fits.
func isNature(t Kind, k contract.Kind) bool {
	switch k {
	case contract.Bool:
		return t == Bool
	case contract.Int8, contract.Int16, contract.Int32, contract.Int64:
		return t == Int
	case contract.BigInt:
		return t == Int || t == Big
	case contract.Float32, contract.Float64, contract.Decimal:
		return t == Float
	case contract.String:
		return t == String
	case contract.Bytes:
		return t == Bytes
	case contract.Date, contract.Time:
		return t == Time
	case contract.Enum:
		return t == Enum
	}
	return false
}
