package hessian

import (
	"errors"
	"fmt"
	"io"
	"math"
	"testing"
	"time"

	oracle "github.com/apache/dubbo-go-hessian2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// The oracle is dubbo-go-hessian2, which panics on some good input, cannot be stopped on some bad, and keeps little of types. So it
// gets only what our scanner has passed, and of the values only those that it keeps: no references, no typed collections, no keys
// but strings, no single surrogates.

// drawTree makes a value of the types that the oracle gives.
func drawTree(r *rapid.T, depth int) any {
	n := 8
	if depth > 0 {
		n = 10
	}
	switch rapid.IntRange(0, n-1).Draw(r, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(r, "bool")
	case 2:
		return rapid.Int32().Draw(r, "int")
	case 3:
		return rapid.Int64().Draw(r, "long")
	case 4:
		return rapid.Float64().Draw(r, "double")
	case 5:
		return float64(rapid.Int32().Draw(r, "thousandths")) / 1000
	case 6:
		return rapid.StringN(0, 70, 300).Draw(r, "string")
	case 7:
		return time.UnixMilli(rapid.Int64Range(-1<<40, 1<<40).Draw(r, "date")).UTC()
	case 8:
		list := make([]any, rapid.IntRange(1, 10).Draw(r, "length"))
		for i := range list {
			list[i] = drawTree(r, depth-1)
		}
		return list
	default:
		m := map[string]any{}
		for range rapid.IntRange(1, 4).Draw(r, "size") {
			m[rapid.StringN(0, 9, 30).Draw(r, "key")] = drawTree(r, depth-1)
		}
		return m
	}
}

// tokensOfTree gives a value as tokens.
func tokensOfTree(all []token.Token, v any) []token.Token {
	switch v := v.(type) {
	case nil:
		return append(all, token.Token{})
	case bool:
		t := token.Token{Kind: token.Bool}
		if v {
			t.Int = 1
		}
		return append(all, t)
	case int32:
		return append(all, token.Token{Kind: token.Int, Bits: 32, Int: int64(v)})
	case int64:
		return append(all, token.Token{Kind: token.Int, Bits: 64, Int: v})
	case float64:
		return append(all, token.Token{Kind: token.Float, Bits: 64, Num: v})
	case string:
		return append(all, text(v))
	case time.Time:
		return append(all, token.Token{Kind: token.Time, Int: v.UnixMilli()})
	case []any:
		all = append(all, token.Token{Kind: token.List, Int: int64(len(v))})
		for _, e := range v {
			all = tokensOfTree(all, e)
		}
		return append(all, ends)
	case map[string]any:
		all = append(all, opens(token.Map))
		for k, e := range v {
			all = tokensOfTree(append(all, key(k)), e)
		}
		return append(all, ends)
	}
	panic(fmt.Sprintf("%T", v))
}

// treeOf reads one value.
func treeOf(r token.Reader) (any, error) {
	var t token.Token
	if err := r.Next(&t); err != nil {
		return nil, err
	}
	return treeFrom(r, &t)
}

var errEnd = errors.New("end")

func treeFrom(r token.Reader, t *token.Token) (any, error) {
	switch t.Kind {
	case token.Null:
		return nil, nil
	case token.Bool:
		return t.Int == 1, nil
	case token.Int:
		if t.Bits == 32 {
			return int32(t.Int), nil
		}
		return t.Int, nil
	case token.Float:
		return t.Num, nil
	case token.String, token.Key:
		return string(t.Text), nil
	case token.Time:
		return time.UnixMilli(t.Int).UTC(), nil
	case token.List:
		list := []any{}
		for {
			v, err := treeOf(r)
			if err == errEnd {
				return list, nil
			}
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
	case token.Map:
		m := map[string]any{}
		for {
			k, err := treeOf(r)
			if err == errEnd {
				return m, nil
			}
			if err != nil {
				return nil, err
			}
			if m[k.(string)], err = treeOf(r); err != nil {
				return nil, err
			}
		}
	case token.End:
		return nil, errEnd
	}
	return nil, fmt.Errorf("a %v", t.Kind)
}

// plain gives what the oracle read in the types of drawTree.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		list := []any{}
		for _, e := range v {
			list = append(list, plain(e))
		}
		return list
	case map[any]any:
		m := map[string]any{}
		for k, e := range v {
			m[k.(string)] = plain(e)
		}
		return m
	case time.Time:
		return v.UTC()
	}
	return v
}

// near takes the neighbour of a double for it: the oracle divides thousandths where Java multiplies.
var near = cmp.Comparer(func(a, b float64) bool {
	return a == b || math.Nextafter(a, b) == b || math.IsNaN(a) && math.IsNaN(b)
})

func TestOracleReads(t *testing.T) {
	e := Hessian2()
	rapid.Check(t, func(r *rapid.T) {
		want := drawTree(r, 3)
		p, err := write(e, codecs.Value, nil, tokensOfTree(nil, want)...)
		if err != nil {
			r.Fatal(err)
		}
		var s Scanner
		s.Reset(p)
		if err := s.Skip(1); err != nil || s.Left() != 0 {
			r.Fatalf("%x: scan: %v", p, err)
		}
		got, err := oracle.NewDecoder(p).Decode()
		if err != nil {
			r.Fatalf("%x: %v", p, err)
		}
		if diff := cmp.Diff(want, plain(got), near); diff != "" {
			r.Fatalf("%x:\n%s", p, diff)
		}
	})
}

func TestOracleWrites(t *testing.T) {
	e := Hessian2()
	rapid.Check(t, func(r *rapid.T) {
		want := drawTree(r, 3)
		enc := oracle.NewEncoder()
		if err := enc.Encode(want); err != nil {
			r.Fatal(err)
		}
		p := enc.Buffer()
		rd := readerOf(e, p, codecs.Value, nil)
		defer rd.Close()
		got, err := treeOf(rd)
		if err != nil {
			r.Fatalf("%x: %v", p, err)
		}
		var one token.Token
		if err := rd.Next(&one); !errors.Is(err, io.EOF) {
			r.Fatalf("%x: behind the value: %v", p, err)
		}
		if diff := cmp.Diff(want, got, near); diff != "" {
			r.Fatalf("%x:\n%s", p, diff)
		}
	})
}

// TestOracleObject has an object of a class that the oracle knows.
func TestOracleObject(t *testing.T) {
	oracle.RegisterPOJO(&oracleCar{})
	want := oracleCar{Color: "red", Model: "corvette", Year: 1953, Tags: []string{"a", "b"}}
	class := &token.Class{Name: "example.OracleCar", Fields: []string{"year", "tags", "model", "color"}}
	p, err := write(Hessian2(), codecs.Value, nil, token.Token{Kind: token.Object, Class: class}, token.Token{Kind: token.Int, Bits: 32, Int: 1953},
		token.Token{Kind: token.List, Int: -1, Class: &token.Class{Name: "[string"}}, text("a"), text("b"), ends, text("corvette"), text("red"), ends)
	if err != nil {
		t.Fatal(err)
	}
	got, err := oracle.NewDecoder(p).Decode()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Error(diff)
	}
	enc := oracle.NewEncoder()
	if err := enc.Encode(&want); err != nil {
		t.Fatal(err)
	}
	shown, err := dump(Hessian2(), enc.Buffer(), codecs.Value, nil)
	if want := `object<example.OracleCar>[color model year tags]{ "red" "corvette" 1953:32 list(2)<[string>[ "a" "b" ] ]`; err != nil || shown != want {
		t.Errorf("got %s %v, want %s", shown, err, want)
	}
}

type oracleCar struct {
	Color, Model string
	Year         int32
	Tags         []string
}

// JavaClassName implements the oracle's POJO.
func (*oracleCar) JavaClassName() string { return "example.OracleCar" }
