package learn

import (
	"errors"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// Limits of one body. What goes beyond is not learned.
const (
	maxTokens = 1 << 16 // tokens of a body, shared references expanded
	maxDepth  = 8       // of lists and maps in each other, as types say them; what is deeper is an Object
)

var errLong = errors.New("learn: a body of more tokens than are looked at")

// observer reads values and remembers what they show. Used for one sample.
type observer struct {
	r       token.Reader
	t       token.Token
	left    int // tokens that may still be read
	classes map[string]*class
}

func newObserver() *observer { return &observer{classes: map[string]*class{}} }

// args reads the one list of arguments.
func (o *observer) args(r token.Reader) (list []*shape, err error) {
	o.r, o.left = r, maxTokens
	if err := o.next(); err != nil {
		return nil, err
	}
	if o.t.Kind != token.List {
		return nil, errors.New("learn: arguments that are no list")
	}
	for {
		if err := o.next(); err != nil {
			return nil, err
		}
		if o.t.Kind == token.End {
			return list, nil
		}
		s, err := o.value(0)
		if err != nil {
			return nil, err
		}
		if list = append(list, s); len(list) > contract.MaxParams {
			return nil, errors.New("learn: more arguments than a method has")
		}
	}
}

// result reads the one value of a reply.
func (o *observer) result(r token.Reader) (*shape, error) {
	o.r, o.left = r, maxTokens
	if err := o.next(); err != nil {
		return nil, err
	}
	return o.value(0)
}

// thrown reads a fault in its neutral form, and gives its class: "" if it is one of Java's own, which say nothing of the service.
func (o *observer) thrown(r token.Reader) (name string, err error) {
	o.r, o.left = r, maxTokens
	if err := o.next(); err != nil || o.t.Kind != token.Map {
		return "", err
	}
	seen := &class{throws: true}
	for {
		if err := o.next(); err != nil {
			return "", err
		}
		key := string(o.t.Text)
		switch {
		case o.t.Kind == token.End:
			if !isOwn(name) {
				return "", nil
			}
			o.meet(name, seen)
			return name, nil
		case o.t.Kind != token.Key:
			return "", errors.New("learn: a fault with a key that is no text")
		case key != "class" && key != "fields":
			err = o.r.Skip()
		default:
			if err = o.next(); err != nil {
				break
			}
			if key == "class" && o.t.Kind == token.String {
				name = string(o.t.Text)
			} else if o.t.Kind == token.Map {
				seen.known = true
				err = o.members(seen)
			}
		}
		if err != nil {
			return "", err
		}
	}
}

func (o *observer) next() error {
	if o.left--; o.left < 0 {
		return errLong
	}
	return o.r.Next(&o.t)
}

// value goes behind the value that o.t begins, and gives its shape.
func (o *observer) value(depth int) (*shape, error) {
	class := ""
	if o.t.Class != nil {
		class = o.t.Class.Name
	}
	switch o.t.Kind {
	case token.Null:
		return nothing, nil
	case token.Bool:
		return scalar(contract.Bool), nil
	case token.Int:
		if o.t.Bits == 64 {
			return scalar(contract.Int64), nil
		}
		return scalar(contract.Int32), nil // byte and short are written as an int
	case token.Float:
		return scalar(contract.Float64), nil
	case token.String, token.Key:
		if class != "" {
			return named(contract.Text, class), nil
		}
		return scalar(contract.String), nil
	case token.Bytes:
		return scalar(contract.Bytes), nil
	case token.Time:
		switch {
		case class == "":
			return named(contract.Date, "java.util.Date"), nil
		case len(o.t.Text) > 0:
			return named(contract.Time, class), nil
		}
		return named(contract.Date, class), nil
	case token.Big:
		if s := named(contract.Decimal, class); s != anything {
			return s, nil
		}
		return named(contract.BigInt, class), nil
	case token.Enum:
		return o.enum(class), nil
	case token.List:
		return o.list(class, depth)
	case token.Map:
		if isOwn(class) {
			return o.object(class, nil)
		}
		return o.dict(class, depth)
	case token.Object:
		return o.object(class, o.t.Class.Fields)
	}
	return nil, errors.New("learn: a " + o.t.Kind.String() + " where a value is due")
}

func (o *observer) enum(name string) *shape {
	if !isOwn(name) {
		return anything
	}
	c := &class{known: true, enum: true, fields: []field{{"name", scalar(contract.String)}}}
	c.constant(string(o.t.Text))
	o.meet(name, c)
	return &shape{kind: contract.Class, name: name}
}

func (o *observer) list(class string, depth int) (*shape, error) {
	elem := nothing
	for {
		if err := o.next(); err != nil {
			return nil, err
		}
		if o.t.Kind == token.End {
			return inside(listed(class, elem), depth), nil
		}
		s, err := o.value(depth + 1)
		if err != nil {
			return nil, err
		}
		elem, _ = join(elem, s)
	}
}

// arrays are the names that Hessian's wire has for element types of arrays, where they are not Java's.
var arrays = map[string]string{"string": "java.lang.String", "object": "java.lang.Object", "date": "java.util.Date"}

// listed gives the shape of a list. A class that is no built-in collection is one of somebody's own, and a List to its callers.
func listed(class string, elem *shape) *shape {
	if element := strings.TrimLeft(class, "["); len(element) < len(class) { // as the stream has it: [int
		if java, ok := arrays[element]; ok {
			element = java
		}
		class = element + strings.Repeat("[]", len(class)-len(strings.TrimLeft(class, "[")))
	}
	if isArray(class) {
		of := strings.TrimRight(class, "[]")
		if t := contract.Builtin(of); len(class) > maxName || !isName(of) || t != nil && t.Kind == contract.Void {
			return anything
		}
		return &shape{kind: contract.List, name: class}
	}
	if t := contract.Builtin(class); t == nil || t.Kind != contract.List {
		class = "java.util.List"
	}
	return &shape{kind: contract.List, name: class, elem: elem}
}

func (o *observer) dict(class string, depth int) (*shape, error) {
	key, elem := nothing, nothing
	for {
		if err := o.next(); err != nil {
			return nil, err
		}
		if o.t.Kind == token.End {
			break
		}
		k, err := o.value(depth + 1)
		if err != nil {
			return nil, err
		}
		if err := o.next(); err != nil {
			return nil, err
		}
		v, err := o.value(depth + 1)
		if err != nil {
			return nil, err
		}
		key, _ = join(key, k)
		elem, _ = join(elem, v)
	}
	if t := contract.Builtin(class); t == nil || t.Kind != contract.Map {
		class = "java.util.Map"
	}
	return inside(&shape{kind: contract.Map, name: class, key: key, elem: elem}, depth), nil
}

// inside gives s where it may stand so deep, and be so long.
func inside(s *shape, depth int) *shape {
	if depth >= maxDepth || s.size() > maxType {
		return anything
	}
	return s
}

// object reads an object with the fields that its class names, or, without names, a map that has a class: Hessian 1.0 writes
// objects so.
func (o *observer) object(name string, fields []string) (*shape, error) {
	c := &class{known: true}
	var err error
	if fields == nil {
		err = o.members(c)
	} else {
		err = o.fields(c, fields)
	}
	if err != nil || !isOwn(name) {
		return anything, err
	}
	o.meet(name, c)
	return &shape{kind: contract.Class, name: name}, nil
}

func (o *observer) fields(c *class, names []string) error {
	for i := 0; ; i++ {
		if err := o.next(); err != nil {
			return err
		}
		if o.t.Kind == token.End {
			return nil
		}
		if i == len(names) {
			return errors.New("learn: more values than the class has fields")
		}
		if err := o.member(c, names[i]); err != nil {
			return err
		}
	}
}

// members reads the fields of c where they stand as the pairs of a map.
func (o *observer) members(c *class) error {
	for {
		if err := o.next(); err != nil || o.t.Kind == token.End {
			return err
		}
		name := ""
		if o.t.Kind == token.Key {
			name = string(o.t.Text)
		} else if _, err := o.value(0); err != nil {
			return err
		}
		if err := o.next(); err != nil {
			return err
		}
		if err := o.member(c, name); err != nil {
			return err
		}
	}
}

// member reads the value that o.t begins, which is of a field.
func (o *observer) member(c *class, name string) error {
	if c.enum = len(c.fields) == 0 && name == "name" && o.t.Kind == token.String && isConstant(o.t.Text); c.enum {
		c.constant(string(o.t.Text))
	}
	s, err := o.value(0)
	if err == nil {
		c.add(name, s)
	}
	return err
}

// meet remembers an object of a class.
func (o *observer) meet(name string, c *class) {
	if old := o.classes[name]; old != nil {
		old.learn(c)
		return
	}
	o.classes[name] = c
}
