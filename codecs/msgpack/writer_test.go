package msgpack_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

func text(s string) token.Token { return token.Token{Kind: token.String, Text: []byte(s)} }

func big(s, class string) token.Token {
	t := token.Token{Kind: token.Big, Text: []byte(s)}
	if class != "" {
		t.Class = &token.Class{Name: class}
	}
	return t
}

var (
	end    = token.Token{Kind: token.End}
	absent = token.Token{Int: 1}
)

// Values that this syntax has no word of its own for.
func TestWrite(t *testing.T) {
	car := &token.Class{Name: "Car", Fields: []string{"a", "b", "a"}}
	moment := &token.Class{Name: "java.time.Instant"}
	for want, ts := range map[string][]token.Token{
		"a4 312e3130":         {big("1.10", "java.math.BigDecimal")},
		"a1 31":               {big("1", "java.math.BigDecimal")},
		"05":                  {big("5", "java.math.BigInteger")},
		"cf ffffffffffffffff": {big("18446744073709551615", "")},
		"b4 3138343436373434303733373039353531363136":   {big("18446744073709551616", "")},
		"d3 8000000000000000":                           {big("-9223372036854775808", "")},
		"b4 2d39323233333732303336383534373735383039":   {big("-9223372036854775809", "")},
		"cb 3ff199999999999a":                           {{Kind: token.Float, Text: []byte("1.10"), Num: 1.1}},
		"b5 302e31303030303030303030303030303030303031": {{Kind: token.Float, Text: []byte("0.1000000000000000001"), Num: 0.1}},
		"a3 524544":               {{Kind: token.Enum, Text: []byte("RED")}},
		"aa 323032362d31312d3231": {{Kind: token.Time, Text: []byte("2026-11-21"), Class: &token.Class{Name: "java.time.LocalDate"}}},
		"d7ff 0000000400000000":   {{Kind: token.Time, Text: []byte("1970-01-01T00:00:00.000000001Z"), Class: moment}},
		"b6 2b31303030302d30312d30315430303a30303a30305a": {{Kind: token.Time, Text: []byte("+10000-01-01T00:00:00Z"), Class: moment}},
		"83 a5 636c617373 a3 436172 a1 62 02 a1 61 03":    {{Kind: token.Object, Class: car}, {Kind: token.Int, Int: 1}, {Kind: token.Int, Int: 2}, {Kind: token.Int, Int: 3}, end},
		"81 a1 61 c0": {{Kind: token.Object, Class: car, Int: 1}, {Kind: token.List, Int: -1}, end, absent, {}, end},
		"92 c0 c0":    {{Kind: token.List, Int: -1}, absent, {}, end},
	} {
		if got, err := write(ts); err != nil || string(got) != string(unhex(t, want)) {
			t.Errorf("%s: %x, %v; want %s", tell(ts), got, err, want)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	one := token.Token{Kind: token.Int, Int: 1}
	object := token.Token{Kind: token.Object, Class: &token.Class{Name: "C", Fields: []string{"a"}}}
	for name, ts := range map[string][]token.Token{
		"a reference":            {{Kind: token.Ref}},
		"two values":             {one, one},
		"too many in a list":     {{Kind: token.List, Int: 1}, one, one, end},
		"too few in a list":      {{Kind: token.List, Int: 2}, one, end},
		"too many in an object":  {object, one, one, end},
		"too few in an object":   {object, end},
		"a reference in a list":  {{Kind: token.List, Int: -1}, {Kind: token.Ref}},
		"a key without a value":  {{Kind: token.Map, Int: 1}, {Kind: token.Key, Text: []byte("k")}, end},
		"more than 32 MiB":       {{Kind: token.List, Int: 1}, {Kind: token.Bytes, Text: make([]byte, 32<<20)}, end},
		"an end of nothing else": {one, end},
	} {
		if got, err := write(ts); err == nil {
			t.Errorf("%s: %.40x", name, got)
		}
	}
	if _, err := write(make([]token.Token, 0)); codecs.StatusOf(err).Code != codecs.Internal {
		t.Errorf("nothing: %v", err)
	}
	var o wire.Out
	if err := (msgpack.Encoding{}).Writer(&o, codecs.Format{Shape: codecs.Void}, nil).Close(); err != nil || len(o.B) > 0 {
		t.Errorf("void: %x, %v", o.B, err)
	}
	if _, err := write(slicesOf(token.MaxDepth + 1)); !errors.Is(err, token.ErrDepth) {
		t.Errorf("depth: %v", err)
	}
}

func slicesOf(depth int) (ts []token.Token) {
	for range depth {
		ts = append(ts, token.Token{Kind: token.List, Int: 1})
	}
	return ts
}

// Counts that are not said come out as if they had been, wherever the heads stand that are too small at first.
func TestUnknownCounts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var known, open []token.Token
		var nest func(depth int)
		nest = func(depth int) {
			n := rapid.SampledFrom([]int{0, 1, 15, 16, 17, 40}).Draw(r, "n")
			known = append(known, token.Token{Kind: token.List, Int: int64(n)})
			open = append(open, token.Token{Kind: token.List, Int: -1})
			for i := range n {
				if depth > 0 && rapid.IntRange(0, 9).Draw(r, "deeper") == 0 {
					nest(depth - 1)
					continue
				}
				v := text(fmt.Sprint(i))
				known, open = append(known, v), append(open, v)
			}
			known, open = append(known, end), append(open, end)
		}
		nest(3)
		want, err := write(known)
		if err != nil {
			r.Fatal(err)
		}
		if got, err := write(open); err != nil || !bytes.Equal(got, want) {
			r.Fatalf("%x, %v; want %x", got, err, want)
		}
	})
	for _, n := range []int{1<<16 - 1, 1 << 16} {
		ts := []token.Token{{Kind: token.List, Int: 1}, {Kind: token.Map, Int: -1}}
		for range n {
			ts = append(ts, token.Token{Kind: token.Key, Text: []byte("k")}, token.Token{Kind: token.List, Int: -1}, end)
		}
		p, err := write(append(ts, end, end))
		if err != nil {
			t.Fatal(err)
		}
		if all, err := read(p); err != nil || all[1].Int != int64(n) || len(all) != len(ts)+2 {
			t.Errorf("a map of %d: %d tokens, %d, %v", n, len(all), all[1].Int, err)
		}
	}
}

// A member that is taken back takes along the lists in it, whose counts were to be put in later.
func TestHiddenFieldWithManyElements(t *testing.T) {
	for _, fields := range [][]string{{"a", "a", "b"}, append(strings.Split(strings.Repeat("a,", 40), ","), "b")} {
		c := &token.Class{Name: "C", Fields: fields}
		var ts []token.Token
		for range fields {
			ts = append(ts, token.Token{Kind: token.List, Int: -1})
			for range 20 {
				ts = append(ts, text("x"))
			}
			ts = append(ts, end)
		}
		ts = append(append([]token.Token{{Kind: token.Object, Class: c, Int: 1}}, ts...), end)
		p, err := write(ts)
		if err != nil {
			t.Fatal(err)
		}
		all, err := read(p)
		if err != nil {
			t.Fatal(err)
		}
		distinct := map[string]bool{}
		for _, f := range fields {
			distinct[f] = true
		}
		if all[0].Int != int64(len(distinct)) || len(all) != 2+23*len(distinct) {
			t.Errorf("%v: %s", fields, tell(all))
		}
	}
}
