package hessian

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// TestMisuse has token streams that make no value, and values that do not fit.
func TestMisuse(t *testing.T) {
	e := Hessian2()
	one := token.Token{Kind: token.Int, Int: 1, Bits: 32}
	object := token.Token{Kind: token.Object, Class: &token.Class{Name: "A", Fields: []string{"a"}}}
	of := func(k token.Kind, class, s string) token.Token {
		return token.Token{Kind: k, Class: &token.Class{Name: class}, Text: []byte(s)}
	}
	deep := make([]token.Token, token.MaxDepth+1)
	for i := range deep {
		deep[i] = opens(token.List)
	}
	two := &contract.Type{Kind: contract.Tuple, Fields: make([]contract.Field, 2)}
	for _, c := range []struct {
		name  string
		shape codecs.Shape
		t     *contract.Type
		want  string
		all   []token.Token
	}{
		{"nothing", codecs.Value, nil, "not whole", nil},
		{"end alone", codecs.Value, nil, "an end where", []token.Token{ends}},
		{"two values", codecs.Value, nil, "behind the end", []token.Token{one, one}},
		{"void", codecs.Void, nil, "behind the end", []token.Token{one}},
		{"open", codecs.Value, nil, "not whole", []token.Token{opens(token.List)}},
		{"more than said", codecs.Value, nil, "where the end of 1 members", []token.Token{{Kind: token.List, Int: 1}, one, one}},
		{"less than said", codecs.Value, nil, "1 members of 2", []token.Token{{Kind: token.List, Int: 2}, one, ends}},
		{"less fields", codecs.Value, nil, "0 members of 1", []token.Token{object, ends}},
		{"more fields", codecs.Value, nil, "where the end of 1 members", []token.Token{object, one, one}},
		{"key without value", codecs.Value, nil, "without a value", []token.Token{opens(token.Map), key("a"), ends}},
		{"object without class", codecs.Value, nil, "without a class", []token.Token{{Kind: token.Object}}},
		{"reference ahead", codecs.Value, nil, "reference 1 of 1", []token.Token{opens(token.List), {Kind: token.Ref, Int: 1}}},
		{"int too large", codecs.Value, nil, "no int of 32 bits", []token.Token{{Kind: token.Int, Int: 1 << 31, Bits: 32}}},
		{"depth", codecs.Value, nil, "nesting over the limit", deep},
		{"arguments that are none", codecs.Args, nil, "where the list of arguments", []token.Token{one}},
		{"too few arguments", codecs.Args, two, "1 arguments for 2 parameters", []token.Token{opens(token.List), one, ends}},
		{"too few generic arguments", codecs.Generic, &contract.Type{Kind: contract.Tuple, Name: "m", Fields: two.Fields}, "1 arguments for 2 parameters", []token.Token{opens(token.List), one, ends}},
		{"generic without method", codecs.Generic, two, "without the method's name", []token.Token{opens(token.List)}},
		{"fault that is none", codecs.Thrown, nil, "where an exception", []token.Token{one}},
		{"fault with another key", codecs.Thrown, nil, `key "x"`, []token.Token{opens(token.Map), key("x")}},
		{"fault without key", codecs.Thrown, nil, "where a key", []token.Token{opens(token.Map), one}},
		{"message that is none", codecs.Thrown, nil, "int for message", []token.Token{opens(token.Map), key("message"), one}},
		{"field without name", codecs.Thrown, nil, "where the name of a field", []token.Token{opens(token.Map), key("fields"), opens(token.Map), one}},
		{"line that is none", codecs.Thrown, nil, "where a line", []token.Token{opens(token.Map), key("trace"), opens(token.List), one}},
		{"shape", codecs.Shape(9), nil, "shape shape?", []token.Token{one}},
		{"decimal", codecs.Value, nil, `"1." is no java.math.BigDecimal`, []token.Token{{Kind: token.Big, Text: []byte("1.")}}},
		{"integer", codecs.Value, nil, `"1.5" is no java.math.BigInteger`, []token.Token{of(token.Big, "java.math.BigInteger", "1.5")}},
		{"integer too long", codecs.Value, nil, "is no java.math.BigInteger", []token.Token{of(token.Big, "java.math.BigInteger", strings.Repeat("9", 5200))}},
		{"number of another class", codecs.Value, nil, "a number of class x", []token.Token{of(token.Big, "x", "1")}},
		{"uuid", codecs.Value, nil, "is no java.util.UUID", []token.Token{of(token.String, "java.util.UUID", "123e4567-e89b-12d3-a456_426614174000")}},
		{"unknown text", codecs.Value, nil, "java.net.URL has no known form", []token.Token{of(token.String, "java.net.URL", "x")}},
		{"date", codecs.Value, nil, `"2023-02-29" is no java.time.LocalDate`, []token.Token{of(token.Time, "java.time.LocalDate", "2023-02-29")}},
		{"unknown time", codecs.Value, nil, "x.Time has no known form", []token.Token{of(token.Time, "x.Time", "2023-02-29")}},
	} {
		_, err := write(e, c.shape, c.t, c.all...)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "hessian: write: ") {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
	}
}
