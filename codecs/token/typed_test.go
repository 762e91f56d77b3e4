package token_test

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/json"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// scalars are built-in types and values of them, in JSON.
var scalars = map[string][]string{
	"boolean": {"true", "false"}, "Boolean": {"null", "true"}, "byte": {"-128", "127"}, "short": {"0", `"300"`}, "int": {"2147483647", "-1"},
	"Integer": {"null", "7"}, "long": {"9007199254740993", `"-1"`, "72057594037927937"}, "Long": {"null", "1"}, "float": {"1.1", `"NaN"`, "3e38"},
	"double": {"0.1", "-0.0", `"Infinity"`, "5e-324", "1"}, "char": {`"x"`, `"é"`, `"\ud834"`}, "String": {"null", `""`, `"漢 𝄞 \ud83d \n"`},
	"Date": {"null", `"2026-11-21T03:18:00.123Z"`, "-1"}, "LocalDate": {`"2026-11-21"`, "null"}, "LocalDateTime": {`"2026-11-21T03:18:00"`},
	"Instant": {`"2026-11-21T03:18:00.000000001Z"`}, "java.sql.Timestamp": {"1"}, "BigDecimal": {"1.10", "null", "1E+3", `"-0.5"`},
	"BigInteger": {"1180591620717411303424", "-5", "null"}, "UUID": {`"123e4567-e89b-12d3-a456-426614174000"`}, "byte[]": {`"AAH/"`, "null", `""`},
	"Color": {`"RED"`, "null"}, "Locale": {`"zh_CN"`}, "Object": {`"x"`, "1", "null", "true"},
}

var (
	scalarNames = sortedKeys(scalars)
	listNames   = []string{"List<%s>", "LinkedList<%s>", "Set<%s>", "%s[]"}
	mapNames    = []string{"Map<String, %s>", "TreeMap<Integer, %s>", "LinkedHashMap<Color, %s>"}
	mapKeys     = [][2]string{{"a", "b c"}, {"1", "-2"}, {"RED", "GREEN"}}
	boxes       = map[string]string{"boolean": "Boolean", "byte": "Byte", "short": "Short", "int": "Integer", "long": "Long", "float": "Float", "double": "Double", "char": "Character"}
)

func sortedKeys(m map[string][]string) []string { return slices.Sorted(maps.Keys(m)) }

// drawn is a type as a contract names it, and a way to draw values of it.
type drawn struct {
	name  string
	value func(r *rapid.T) string
}

// world collects the declarations of the classes drawn.
type world struct{ decls []string }

func (w *world) draw(r *rapid.T, depth int) drawn {
	most := 3
	if depth == 0 {
		most = 0
	}
	switch rapid.IntRange(0, most).Draw(r, "shape") {
	case 1:
		form := rapid.SampledFrom(listNames).Draw(r, "list")
		elem := w.draw(r, depth-1)
		name := elem.name
		if box, ok := boxes[name]; ok && (strings.Contains(form, "<") || name == "byte" || name == "char") {
			name = box
		}
		return drawn{fmt.Sprintf(form, name), func(r *rapid.T) string {
			var all []string
			for range rapid.IntRange(0, 3).Draw(r, "n") {
				all = append(all, elem.value(r))
			}
			return "[" + strings.Join(all, ",") + "]"
		}}
	case 2:
		i := rapid.IntRange(0, 2).Draw(r, "map")
		elem := w.draw(r, depth-1)
		name := elem.name
		if box, ok := boxes[name]; ok {
			name = box
		}
		return drawn{fmt.Sprintf(mapNames[i], name), func(r *rapid.T) string {
			return fmt.Sprintf("{%q:%s,%q:%s}", mapKeys[i][0], elem.value(r), mapKeys[i][1], elem.value(r))
		}}
	case 3:
		return w.class(r, depth)
	}
	name := rapid.SampledFrom(scalarNames).Draw(r, "scalar")
	return drawn{name, func(r *rapid.T) string { return rapid.SampledFrom(scalars[name]).Draw(r, name) }}
}

func (w *world) class(r *rapid.T, depth int) drawn {
	var fields []drawn
	for range rapid.IntRange(0, 4).Draw(r, "fields") {
		fields = append(fields, w.draw(r, depth-1))
	}
	name := "C" + strconv.Itoa(len(w.decls))
	decl := "class " + name + " {"
	for i, f := range fields {
		decl += fmt.Sprintf(" %s f%d;", f.name, i)
	}
	w.decls = append(w.decls, decl+" }")
	return drawn{name, func(r *rapid.T) string {
		var all []string
		for i, f := range fields {
			if rapid.IntRange(0, 5).Draw(r, "absent") > 0 {
				all = append(all, fmt.Sprintf(`"f%d":%s`, i, f.value(r)))
			}
		}
		if rapid.Bool().Draw(r, "shuffled") {
			all = rapid.Permutation(all).Draw(r, "order")
		}
		return "{" + strings.Join(all, ",") + "}"
	}}
}

// TestDeclaredValuesLoseNothing: what has become a declared Java value goes to JSON and back, in both encodings, as the same
// bytes.
func TestDeclaredValuesLoseNothing(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		w := world{decls: []string{"enum Color { RED, GREEN }"}}
		d := w.draw(r, 3)
		want := typ(t, strings.Join(w.decls, "\n"), d.name)
		in := d.value(r)
		var o wire.Out
		if err := convert(&o, []byte(in), json.Encoding{}, hessian2, want); err != nil {
			r.Fatalf("%s for %s: %v\n%s", in, d.name, err, strings.Join(w.decls, "\n"))
		}
		java := o.AppendTo(nil)
		for _, e := range []json.Encoding{{}, {Strings: true}} {
			text, back := roundTrip(t, java, e, want)
			if !bytes.Equal(java, back) {
				r.Fatalf("%s for %s is %s\n%s: %s\nback: %s", in, d.name, tell(t, java, codecs.Value), e.Name(), text, tell(t, back, codecs.Value))
			}
		}
	})
}

// FuzzCopy: whatever JSON meets a declared type either fits, and then crosses to Java and back as the same bytes, or is refused.
func FuzzCopy(f *testing.F) {
	x := sample(f)
	types := []*contract.Type{nil, x.Type("io.dragoman.sample.Order"), contract.Builtin("java.util.Map"), contract.Builtin("long"), contract.Builtin("java.util.Date")}
	for _, s := range []string{`{"total":9007199254740993,"items":[{"sku":"A","tags":["x"]}],"color":"RED","names":{"1":"x"}}`, `{"again":{},"name":1.5}`, `[[],{}]`, `"2026-11-21T03:18:00Z"`, `1e3`} {
		for i := range types {
			f.Add(s, byte(i))
		}
	}
	f.Fuzz(func(t *testing.T, text string, i byte) {
		if len(text) > 1<<12 {
			return
		}
		want := types[int(i)%len(types)]
		var o wire.Out
		if err := convert(&o, []byte(text), json.Encoding{}, hessian2, want); err != nil {
			if !strings.HasPrefix(err.Error(), "token: copy: $") {
				t.Fatalf("error %v", err)
			}
			return
		}
		java := o.AppendTo(nil)
		_, back := roundTrip(t, java, json.Encoding{}, want)
		if want != nil && want.Kind != contract.Map && !bytes.Equal(java, back) {
			t.Errorf("%s: %s came back as %s", text, tell(t, java, codecs.Value), tell(t, back, codecs.Value))
		}
	})
}
