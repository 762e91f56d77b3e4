package learn_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/bridge/learn"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// drawn is a Java type, as a contract file has it, and how to draw a JSON value of it.
type drawn struct {
	name  string
	value func(*rapid.T) string
}

// oneOf draws one of some JSON values.
func oneOf(values ...string) func(*rapid.T) string {
	return func(t *rapid.T) string { return rapid.SampledFrom(values).Draw(t, "value") }
}

var drawnScalars = []drawn{
	{"Integer", oneOf("0", "-1", "2147483647", "null")}, {"Long", oneOf("1", "9007199254740993", "null")},
	{"int", oneOf("7", "-7")}, {"long", oneOf("7", "3000000000")}, {"boolean", oneOf("true", "false")}, {"double", oneOf("1.5", "2")},
	{"String", oneOf(`"x"`, `""`, `"RED"`, "null")}, {"Date", oneOf("1700000000000", "null")}, {"BigDecimal", oneOf("1.10", "null")},
	{"BigInteger", oneOf("1180591620717411303424", "null")}, {"LocalDate", oneOf(`"2024-02-29"`, "null")}, {"byte[]", oneOf(`"AAE="`, "null")},
	{"UUID", oneOf(`"123e4567-e89b-12d3-a456-426614174000"`, "null")}, {"short", oneOf("3")}, {"float", oneOf("0.5")}, {"char", oneOf(`"c"`)},
	{"p.Color", oneOf(`"RED"`, `"GREEN"`, "null")}, {"int[]", oneOf("[1,2]", "[]", "null")}, {"String[]", oneOf(`["a",null]`, "[]")},
}

// model draws some classes, of which later ones have fields of earlier ones, and gives the types that there are then.
func model(t *rapid.T) (declarations string, types []drawn) {
	types = append(types, drawnScalars...)
	declarations = "enum p.Color { RED, GREEN }\n"
	for n := range rapid.IntRange(1, 4).Draw(t, "classes") {
		name := "p.C" + strconv.Itoa(n)
		fields := make([]drawn, rapid.IntRange(0, 6).Draw(t, "fields"))
		declarations += "class " + name + " {\n"
		for i := range fields {
			fields[i] = around(t, rapid.SampledFrom(types).Draw(t, "type"))
			declarations += fmt.Sprintf("  %s f%d;\n", fields[i].name, i)
		}
		declarations += "}\n"
		types = append(types, drawn{name, func(t *rapid.T) string {
			if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
				return "null"
			}
			members := make([]string, len(fields))
			for i, f := range fields {
				members[i] = fmt.Sprintf(`"f%d":%s`, i, f.value(t))
			}
			return "{" + strings.Join(members, ",") + "}"
		}})
	}
	return declarations, types
}

// around draws a type that is built from another, or is that.
func around(t *rapid.T, of drawn) drawn {
	if strings.Contains("int long boolean double short float char", of.name) {
		return of // no generic argument
	}
	several := func(t *rapid.T) []string {
		return rapid.SliceOfN(rapid.Custom(of.value), 0, 3).Draw(t, "elements")
	}
	switch rapid.IntRange(0, 4).Draw(t, "around") {
	case 0:
		return drawn{"List<" + of.name + ">", func(t *rapid.T) string { return "[" + strings.Join(several(t), ",") + "]" }}
	case 1:
		return drawn{"Map<String, " + of.name + ">", func(t *rapid.T) string {
			list := several(t)
			for i := range list {
				list[i] = fmt.Sprintf(`"k%d":%s`, i, list[i])
			}
			return "{" + strings.Join(list, ",") + "}"
		}}
	}
	return of
}

// asJSON is Hessian arguments as a caller without types reads them.
func asJSON(t *rapid.T, body []byte, m *contract.Method) string {
	var out wire.Out
	r, w := encodings()["hessian2"].Reader(wire.Borrow(body), hessianArgs, m.Params), encodings()["json"].Writer(&out, jsonArgs, m.Params)
	if _, err := token.CopyArgs(w, r, m); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return string(out.AppendTo(nil))
}

// TestLearnedTakesWhatItWasLearnedFrom: of the values that a method was learned from each is taken again from a caller without
// types, and the server gets what the typed one sent.
func TestLearnedTakesWhatItWasLearnedFrom(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		declarations, types := model(rt)
		params := make([]drawn, rapid.IntRange(1, 3).Draw(rt, "parameters"))
		names := make([]string, len(params))
		for i := range params {
			params[i] = around(rt, rapid.SampledFrom(types).Draw(rt, "parameter"))
			names[i] = params[i].name
		}
		declared := book(t, "service p.S { void f("+strings.Join(names, ", ")+"); }\n"+declarations)
		m := declared.Services[0].Methods[0]
		s := open(t, "", 10)
		defer s.Close()
		calls := make([]string, rapid.IntRange(1, 5).Draw(rt, "calls"))
		for i := range calls {
			args := make([]string, len(params))
			for j, p := range params {
				args[j] = p.value(rt)
			}
			calls[i] = "[" + strings.Join(args, ",") + "]"
			s.Learn(sampled(t, declared.Services[0], m, calls[i], ""))
		}
		if got := s.Stats(); got.Unread+got.Refused+got.Dropped > 0 {
			rt.Fatalf("%+v", got)
		}
		taken(rt, s, m, calls)
	})
}

// taken tries the calls by what was learned, if it is enough.
func taken(t *rapid.T, s *learn.Store, m *contract.Method, calls []string) {
	found := s.Lookup("p.S", "", "", "f", "", -1)
	if len(found) == 0 {
		if list := s.Methods(); len(list) != 1 || !list[0].Open {
			t.Fatalf("nothing is known: %+v", list)
		}
		return
	}
	if found[0].Descriptor != m.Descriptor || found[0].Source != contract.Learned {
		t.Fatalf("%+v", found[0])
	}
	for _, args := range calls {
		typed, err := asTyped(m, args)
		if err != nil {
			t.Fatal(err)
		}
		body, err := asTyped(found[0], args)
		if err != nil {
			t.Fatalf("%s: %v\n%s", args, err, s.Text())
		}
		if got, want := asJSON(t, body, m), asJSON(t, typed, m); got != want {
			t.Fatalf("%s: the server gets %s, want %s\n%s", args, got, want, s.Text())
		}
	}
}
