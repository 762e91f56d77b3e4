package contract

import (
	"fmt"
	"strings"
)

// maxName bounds a type's name in bytes, and maxNest how deep its generic arguments stand.
const (
	maxName = 4096
	maxNest = 32
)

// FromName gives a type by its Java name, generic arguments included: "java.util.Map<java.lang.Integer,com.acme.Car[]>". A
// wildcard is its upper bound. find looks up classes and may be nil or give nil: then a class is known by name only. Generic
// arguments of classes other than collections and maps are checked and dropped.
func FromName(name string, find func(name string) *Type) (*Type, error) {
	p := nameParser{rest: name, find: find}
	if len(name) > maxName {
		return nil, fmt.Errorf("contract: parse type: name of %d bytes over limit %d", len(name), maxName)
	}
	t, err := p.typ(0)
	if err == nil && p.rest != "" {
		err = fmt.Errorf("%.40q is left over", p.rest)
	}
	if err != nil {
		return nil, fmt.Errorf("contract: parse type %.100q: %w", name, err)
	}
	return t, nil
}

type nameParser struct {
	rest string
	find func(string) *Type
}

func (p *nameParser) typ(depth int) (*Type, error) {
	if depth > maxNest {
		return nil, fmt.Errorf("generic arguments nested over limit %d", maxNest)
	}
	p.rest = strings.TrimLeft(p.rest, " ")
	if strings.HasPrefix(p.rest, "?") {
		p.rest = strings.TrimLeft(p.rest[1:], " ")
		bound, ok := strings.CutPrefix(p.rest, "extends ")
		if !ok {
			if lower, ok := strings.CutPrefix(p.rest, "super "); ok {
				p.rest = lower
				_, err := p.typ(depth + 1)
				return Object(), err
			}
			return Object(), nil
		}
		p.rest = bound
	}
	end := strings.IndexAny(p.rest, "<>[], ")
	if end < 0 {
		end = len(p.rest)
	}
	name := p.rest[:end]
	p.rest = strings.TrimLeft(p.rest[end:], " ")
	if !IsJavaName(name) {
		return nil, fmt.Errorf("%.40q is no class name", name)
	}
	t := class(name, p.find)
	if strings.HasPrefix(p.rest, "<") {
		args, err := p.args(depth)
		if err != nil {
			return nil, err
		}
		if t, err = generic(t, args); err != nil {
			return nil, err
		}
	}
	for dims := 0; strings.HasPrefix(p.rest, "[]"); dims++ {
		if dims == maxArray {
			return nil, fmt.Errorf("array of more than %d dimensions", maxArray)
		}
		t, p.rest = ArrayOf(t), strings.TrimLeft(p.rest[2:], " ")
	}
	return t, nil
}

func (p *nameParser) args(depth int) ([]*Type, error) {
	var args []*Type
	for {
		p.rest = p.rest[1:] // < or ,
		a, err := p.typ(depth + 1)
		if err != nil {
			return nil, err
		}
		args = append(args, a)
		switch {
		case strings.HasPrefix(p.rest, ","):
		case strings.HasPrefix(p.rest, ">"):
			p.rest = strings.TrimLeft(p.rest[1:], " ")
			return args, nil
		default:
			return nil, fmt.Errorf("expected ',' or '>' before %.40q", p.rest)
		}
	}
}

// generic gives t with its arguments. Those of a class are not kept: which of its fields they type is not in a name.
func generic(t *Type, args []*Type) (*Type, error) {
	want := 0
	switch t.Kind {
	case List:
		want = 1
	case Map:
		want = 2
	case Class, Any, Text:
		return t, nil
	}
	if want == 0 || strings.HasSuffix(t.Name, "[]") || len(args) != want {
		return nil, fmt.Errorf("%s does not take %d generic arguments", t.Name, len(args))
	}
	g := *t
	g.Elem = args[want-1]
	if want == 2 {
		g.Key = args[0]
	}
	return &g, nil
}
