package contract

import (
	"fmt"
	"strings"
)

// MaxParams is how many parameters Java lets a method have.
const MaxParams = 255

// maxArray is how many dimensions Java lets an array have.
const maxArray = 255

var primitives = [...]struct {
	code byte
	name string
}{{'Z', "boolean"}, {'B', "byte"}, {'S', "short"}, {'I', "int"}, {'J', "long"}, {'F', "float"}, {'D', "double"}, {'C', "char"}, {'V', "void"}}

// FromDescriptor gives the Tuple of a parameter descriptor in Java's form, "Ljava/lang/String;[I". Classes are looked up with
// find, which may be nil or give nil: then they are classes of which only the name is known. Parameters have no names.
func FromDescriptor(desc string, find func(name string) *Type) (*Type, error) {
	t := &Type{Kind: Tuple, Fields: []Field{}}
	for rest := desc; rest != ""; {
		p, n, err := fromDescriptor(rest, find)
		if err != nil {
			return nil, fmt.Errorf("contract: parse descriptor %.100q: at %d: %w", desc, len(desc)-len(rest), err)
		}
		if len(t.Fields) == MaxParams {
			return nil, fmt.Errorf("contract: parse descriptor %.100q: more than %d parameters", desc, MaxParams)
		}
		t.Fields = append(t.Fields, Field{Type: p})
		rest = rest[n:]
	}
	return t, nil
}

// fromDescriptor reads the type at the front of d and gives its length in bytes.
func fromDescriptor(d string, find func(string) *Type) (t *Type, n int, err error) {
	dims := 0
	for dims < len(d) && d[dims] == '[' {
		dims++
	}
	if dims > maxArray {
		return nil, 0, fmt.Errorf("array of %d dimensions over limit %d", dims, maxArray)
	}
	if dims == len(d) {
		return nil, 0, fmt.Errorf("no element type")
	}
	n = dims + 1
	if d[dims] == 'L' {
		end := strings.IndexByte(d, ';')
		if end < 0 {
			return nil, 0, fmt.Errorf("class without ';'")
		}
		name := strings.ReplaceAll(d[n:end], "/", ".")
		if !IsJavaName(name) || strings.Contains(d[n:end], ".") {
			return nil, 0, fmt.Errorf("%.100q is no class name", d[n:end])
		}
		t, n = class(name, find), end+1
	}
	for _, p := range primitives {
		if t == nil && p.code == d[dims] && p.code != 'V' {
			t = builtins[p.name]
		}
	}
	if t == nil {
		return nil, 0, fmt.Errorf("%q begins no type of a parameter", d[dims])
	}
	for range dims {
		t = ArrayOf(t)
	}
	return t, n, nil
}

func class(name string, find func(string) *Type) *Type {
	if t := builtins[name]; t != nil {
		return t
	}
	if find != nil {
		if t := find(name); t != nil {
			return t
		}
	}
	return opaque(name)
}

// IsJavaName says whether s is a qualified Java name: letters, digits, _ and $, in parts that do not begin with a digit.
func IsJavaName(s string) bool {
	first := true
	for _, c := range s {
		switch {
		case c == '.':
			if first {
				return false
			}
			first = true
			continue
		case c >= '0' && c <= '9':
			if first {
				return false
			}
		case c == '_', c == '$', c|0x20 >= 'a' && c|0x20 <= 'z', c >= 0x80:
		default:
			return false
		}
		first = false
	}
	return !first
}

// Descriptor is the descriptor of the parameters of a Tuple, or of one type. Generic arguments leave no trace in it.
func (t *Type) Descriptor() string {
	if t.Kind != Tuple {
		return string(appendDescriptor(nil, t.Name))
	}
	var b []byte
	for _, f := range t.Fields {
		b = appendDescriptor(b, f.Type.Name)
	}
	return string(b)
}

func appendDescriptor(b []byte, name string) []byte {
	for strings.HasSuffix(name, "[]") {
		b, name = append(b, '['), name[:len(name)-2]
	}
	for _, p := range primitives {
		if p.name == name {
			return append(b, p.code)
		}
	}
	b = append(b, 'L')
	b = append(b, strings.ReplaceAll(name, ".", "/")...)
	return append(b, ';')
}

// TypeNames are the Java names of the parameters of a Tuple, as Dubbo's $invoke wants them: "int", "java.lang.String[]".
func (t *Type) TypeNames() []string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Type.Name
	}
	return names
}

// FromNames gives the Tuple of parameter types by their Java names, generic arguments allowed: "int", "java.lang.String[]",
// "java.util.List<com.acme.Car>". find is as for FromDescriptor.
func FromNames(names []string, find func(name string) *Type) (*Type, error) {
	if len(names) > MaxParams {
		return nil, fmt.Errorf("contract: parse types: %d parameters over limit %d", len(names), MaxParams)
	}
	t := &Type{Kind: Tuple, Fields: make([]Field, len(names))}
	for i, name := range names {
		p, err := FromName(name, find)
		if err != nil {
			return nil, err
		}
		t.Fields[i].Type = p
	}
	return t, nil
}

// FromList is FromNames for names that stand in one text with commas between them, as people write them:
// "int, java.util.Map<java.lang.Integer,com.acme.Car>". The commas of generic arguments part no names.
func FromList(list string, find func(name string) *Type) (*Type, error) {
	var names []string
	depth, start := 0, 0
	for i := range len(list) {
		switch list[i] {
		case '<':
			depth++
		case '>':
			depth--
		case ',':
			if depth == 0 && len(names) <= MaxParams {
				names = append(names, strings.TrimSpace(list[start:i]))
				start = i + 1
			}
		}
	}
	return FromNames(append(names, strings.TrimSpace(list[start:])), find)
}
