package hsf

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// What properties say. Those that cannot be read are none: a provider may not look at them at all.
func TestProperties(t *testing.T) {
	var many strings.Builder
	for i := range maxPairs + 1 {
		many.WriteString(str(fmt.Sprint("k", i)) + "\x90")
	}
	for _, c := range []struct {
		name    string
		options []string
		codec   byte
		props   string
		want    string
	}{
		{"none", nil, 4, "", ""},
		{"null", nil, 4, "N", ""},
		{"text, numbers, booleans", nil, 4, "H\x01s\x01v\x01i\x97\x01l\xe7\x01d\x5c\x01t\x54Z", "s=v i=7 l=7 d=1 t=true"},
		{"a map with a type", nil, 4, "M\x11java.util.HashMap\x01s\x01vZ", "s=v"},
		{"the last of two counts", nil, 4, "H\x01k\x01a\x01k\x01bZ", "k=b"},
		{"what is no text", nil, 4, "H\x01n\x4e\x01l\x78\x01m\x48Z\x01s\x01v\x91\x01xZ", "s=v"},
		{"cut", nil, 4, "H\x01s\x01v", ""},
		{"no map", nil, 4, "\x01s", ""},
		{"too many", nil, 4, "H" + many.String() + "Z", ""},
		{"one too often", nil, 4, "H" + strings.Repeat("\x01k\x01v", maxPairs+1) + "Z", ""},
		{"one too often in JSON", nil, 6, "{" + strings.Repeat(`"k":"v",`, maxPairs) + `"k":"v"}`, ""},
		{"as many as may be", nil, 4, "H" + strings.Repeat("\x01k\x01v", maxPairs) + "Z", "k=v"},
		{"Hessian 1", nil, 1, "Mt\x00\x00S\x00\x01kS\x00\x01vz", "k=v"},
		{"the draft", []string{"flavour", "draft"}, 4, "Mt\x00\x00\x01k\x01vz", "k=v"},
		{"JSON", nil, 6, `{"k":"v","n":-1.5,"t":true,"z":null,"l":[1],"o":{},"u":"\u00e9"}`, "k=v n=-1.5 t=true u=é"},
		{"JSON that is cut", nil, 6, `{"k":"v"`, ""},
		{"Hessian 2 beside JSON", []string{"props_codec", "hessian2"}, 6, "H\x01k\x01vZ", "k=v"},
		{"Hessian 2 beside java", []string{"props_codec", "hessian2"}, 2, "H\x01k\x01vZ", "k=v"},
		{"java", nil, 2, "\xac\xed", ""},
	} {
		r := sample{c.codec, 1, 0, "s", "m", nil, nil, c.props}
		s := server(c.options...)
		m := mustDecode(t, s, r.bytes())
		mustLoad(t, s, &m)
		var got []string
		for _, p := range m.Meta.Pairs {
			got = append(got, p.Key+"="+p.Value)
		}
		if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" || !m.Meta.Loaded {
			t.Errorf("%s: loaded %v (-want +got):\n%s", c.name, m.Meta.Loaded, diff)
		}
		m.Release()
	}
}

// Who reads arguments one behind another must find one value in each: or the second half of one would be the next.
func TestArgumentsAreOneValueEach(t *testing.T) {
	for _, c := range []struct {
		codec     byte
		arguments []string
		text      string
	}{
		{4, []string{"\x91\x92", "\x93"}, "argument 0: 1 bytes behind its value"},
		{4, []string{"\x91", "\x05x"}, "argument 1: "},
		{4, []string{"\x91", ""}, "argument 1: "},
		{4, []string{"C\x01u\x91\x01i`\x91", "`\x91"}, "argument 1: "}, // of the class that the first one defines
		{1, []string{"I\x00\x00\x00\x01", "\x91"}, "argument 1: "},
		{6, []string{"1", "2,3"}, "argument 1: "},
		{6, []string{"1", ""}, "argument 1: "},
		{6, []string{"1]", "[2"}, "argument 0: "},
	} {
		r := sample{c.codec, 1, 0, "s", "m", []string{"int", "int"}, c.arguments, ""}
		var m codecs.Message
		s := server()
		n, err := s.Decode(&m, r.bytes())
		if err == nil {
			err = s.LoadMeta(&m)
		}
		if err == nil || n == 0 {
			t.Errorf("codec %d, %q: took %d, %v", c.codec, c.arguments, n, err)
		} else if got := codecs.StatusOf(err); got.Code != codecs.Invalid || !strings.Contains(got.Text, c.text) {
			t.Errorf("codec %d, %q: %v", c.codec, c.arguments, got)
		}
		m.Release()
	}
}

// Reserved keys are an HSF caller's own.
func TestReserved(t *testing.T) {
	for hint, want := range map[uint64]string{0: "k=v", hintMark | 4: "k=v hsf.x=1 GENERIC=2"} {
		m := request("\xe7", apart)
		m.Hint = hint
		m.Meta.Pairs = []codecs.Pair{{Key: "k", Value: "v"}, {Key: "", Value: "no"}, {Key: "hsf.x", Value: "1"}, {Key: "GENERIC", Value: "2"}}
		s := server()
		got := mustDecode(t, s, mustEncode(t, client(), &m))
		mustLoad(t, s, &got)
		var list []string
		for _, p := range got.Meta.Pairs {
			list = append(list, p.Key+"="+p.Value)
		}
		if diff := cmp.Diff(want, strings.Join(list, " ")); diff != "" {
			t.Errorf("hint %x (-want +got):\n%s", hint, diff)
		}
	}
}
