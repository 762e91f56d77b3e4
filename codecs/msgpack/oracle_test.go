package msgpack_test

import (
	"bytes"
	"math"
	"reflect"
	"strconv"
	"testing"
	"time"

	oracle "github.com/vmihailenco/msgpack/v5"
	"pgregory.net/rapid"

	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// drawAny makes a value that the other library knows.
func drawAny(r *rapid.T, depth int) any {
	most := 9
	if depth == 0 {
		most = 7
	}
	switch rapid.IntRange(0, most).Draw(r, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(r, "bool")
	case 2:
		return rapid.Int64().Draw(r, "int") >> rapid.IntRange(0, 63).Draw(r, "shift")
	case 3:
		return rapid.Uint64().Draw(r, "uint") >> rapid.IntRange(0, 63).Draw(r, "shift")
	case 4:
		return rapid.Float64().Draw(r, "float")
	case 5:
		return rapid.StringN(0, 300, 600).Draw(r, "text")
	case 6:
		return rapid.SliceOfN(rapid.Byte(), 0, 300).Draw(r, "bytes")
	case 7:
		return time.Unix(rapid.Int64Range(-1<<36, 1<<36).Draw(r, "sec"), rapid.Int64Range(0, 999).Draw(r, "ms")*1e6).UTC()
	case 8:
		list := make([]any, rapid.IntRange(0, 20).Draw(r, "n"))
		for i := range list {
			list[i] = drawAny(r, depth-1)
		}
		return list
	}
	m := map[string]any{}
	for range rapid.IntRange(0, 20).Draw(r, "n") {
		m[rapid.StringN(0, 8, 32).Draw(r, "key")] = drawAny(r, depth-1)
	}
	return m
}

// told gives the tokens that a value should be; not for maps, which have no order there.
func told(ts []token.Token, v any) (all []token.Token, ok bool) {
	t := token.Token{}
	switch v := v.(type) {
	case nil:
	case bool:
		if t.Kind = token.Bool; v {
			t.Int = 1
		}
	case int64:
		t.Kind, t.Int = token.Int, v
	case uint64:
		if t.Kind, t.Int = token.Int, int64(v); t.Int < 0 {
			t = big(strconv.FormatUint(v, 10), "")
		}
	case float64:
		t.Kind, t.Bits, t.Num = token.Float, 64, v
	case string:
		t = text(v)
	case []byte:
		t.Kind, t.Text = token.Bytes, v
	case time.Time:
		t.Kind, t.Int = token.Time, v.UnixMilli()
	case []any:
		ts = append(ts, token.Token{Kind: token.List, Int: int64(len(v))})
		for _, e := range v {
			if ts, ok = told(ts, e); !ok {
				return nil, false
			}
		}
		return append(ts, end), true
	default:
		return nil, false
	}
	return append(ts, t), true
}

// What the other library writes is read as what it was given, and what is written here is read there as that.
func TestLikeOracle(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		v := drawAny(r, 3)
		var b bytes.Buffer
		enc := oracle.NewEncoder(&b)
		enc.UseCompactInts(rapid.Bool().Draw(r, "compact"))
		if err := enc.Encode(v); err != nil {
			r.Fatal(err)
		}
		all, err := read(b.Bytes())
		if err != nil {
			r.Fatalf("%x of %v: %v", b.Bytes(), v, err)
		}
		if want, ok := told(nil, v); ok && tell(all) != tell(want) {
			r.Fatalf("%x is read as %s, want %s", b.Bytes(), tell(all), tell(want))
		}
		p, err := write(all)
		if err != nil {
			r.Fatalf("%s: %v", tell(all), err)
		}
		var back, first any
		if err := oracle.Unmarshal(p, &back); err != nil {
			r.Fatalf("%x: %v", p, err)
		}
		if err := oracle.Unmarshal(b.Bytes(), &first); err != nil {
			r.Fatal(err)
		}
		if !reflect.DeepEqual(plain(first), plain(back)) {
			r.Fatalf("%x of %v came back as %x of %v", b.Bytes(), first, p, back)
		}
	})
}

// plain evens out what the other library keeps of the widths of numbers, and that NaN is not itself.
func plain(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = plain(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = plain(v[k])
		}
	case float64:
		return math.Float64bits(v)
	case time.Time:
		return v.UnixNano()
	case string, bool, nil, []byte:
	case uint64:
		if v <= math.MaxInt64 {
			return int64(v)
		}
	default:
		if n := reflect.ValueOf(v); n.CanInt() {
			return n.Int()
		} else if n.CanUint() {
			return int64(n.Uint())
		}
	}
	return v
}
