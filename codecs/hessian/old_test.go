package hessian

import (
	"bytes"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// rejectsOld are inputs that are neither of the older dialects, by the lines of the specification's §A.8; draft: of the draft only.
var rejectsOld = []struct {
	name, in, want string
	draft          bool
}{
	// End of data.
	{"nothing", "", "ends inside", false},
	{"int cut", "49 00 00 00", "ends inside", false},
	{"date cut", "64 00", "ends inside", false},
	{"string cut", "53 00 02 61", "ends inside", false},
	{"last chunk missing", "73 00 01 61", "ends inside", false},
	{"binary cut", "42 00 02 61", "ends inside", false},
	{"list without anything", "56", "ends inside", false},
	{"list without end", "56 6c 00 00 00 01 4e", "ends inside", false},
	{"open list without end", "56 4e", "ends inside", false},
	{"length cut", "56 6c 00 00", "ends inside", false},
	{"short length cut", "56 6e", "ends inside", true},
	{"type cut", "4d 74 00 02 61", "ends inside", false},
	{"type without text", "4d 74", "ends inside", false},
	{"map without end", "4d 4e 4e", "ends inside", false},
	{"value of a pair missing", "4d 53 00 01 61", "ends inside", false},
	{"reference cut", "56 52 00 00 00", "ends inside", false},
	{"short reference cut", "56 4a", "ends inside", true},
	{"reference of 16 bits cut", "56 4b 00", "ends inside", true},
	{"class cut", "4f 92 41", "name of 2 units in 1 bytes", true},
	{"definition alone", "4f 91 41 90", "ends inside", true},
	{"object cut", "4f 91 41 92 01 61 01 62 6f 90 91", "object of 2 fields in 1 bytes", true},
	// Opcodes, the end, types and lengths out of place.
	{"opcode of the final", "43 01 41 90", "opcode 0x43", false},
	{"opcode 30", "30 20", "opcode 0x30", false},
	{"end alone", "7a", "opcode 0x7a where a value", false},
	{"end for the value of a pair", "4d 53 00 01 61 7a", "opcode 0x7a where a value", false},
	{"type alone", "74 00 01 61", "opcode 0x74 where a value", false},
	{"type twice", "56 74 00 01 61 74 00 01 61 7a", "opcode 0x74 where a value", false},
	{"length alone", "6c 00 00 00 00", "opcode 0x6c where a value", false},
	{"length twice", "56 6c 00 00 00 01 6c 00 00 00 01 4e 7a", "opcode 0x6c where a value", false},
	{"length before the type", "56 6c 00 00 00 01 74 00 01 61 4e 7a", "opcode 0x74 where a value", false},
	{"remote object", "72 74 00 01 41 53 00 01 75", "opcode 0x72 where a value", false},
	{"end behind a definition", "56 4f 91 41 90 7a", "opcode 0x7a where a value", true},
	// Counts.
	{"a value too many", "56 6c 00 00 00 01 4e 4e 7a", "where the end of a list of 1 elements", false},
	{"a value too few", "56 6c 00 00 00 02 4e 7a", "opcode 0x7a where a value", false},
	{"negative length", "56 6c ff ff ff fe 7a", "list of -2 elements", false},
	{"huge length", "56 6c 7f ff ff ff 7a", "list of 2147483647 elements in 1 bytes", false},
	{"negative short length", "56 6e 01 56 74 00 01 61 6e 00 7a 76 90 8f", "where the end of a list", true},
	{"negative length of a numbered list", "56 6e 02 56 74 00 01 61 6e 00 7a 76 90 8f 7a", "list of -1 elements", true},
	{"huge number of fields", "4f 91 41 49 7f ff ff ff", "class of 2147483647 fields in 0 bytes", true},
	{"negative number of fields", "4f 91 41 8f 6f 90", "class of -1 fields", true},
	{"negative length of a name", "4f 8f 90", "name of -1 units", true},
	{"huge length of a name", "4f 49 7f ff ff ff", "name of 2147483647 units in 0 bytes", true},
	// Numbers.
	{"reference to nothing", "52 00 00 00 00", "reference 0 of 0", false},
	{"reference ahead", "56 52 00 00 00 01 7a", "reference 1 of 1", false},
	{"negative reference", "56 52 ff ff ff ff 7a", "reference -1 of 1", false},
	{"short reference ahead", "56 4a 01 7a", "reference 1 of 1", true},
	{"reference of 16 bits ahead", "56 4b 01 00 7a", "reference 256 of 1", true},
	{"type ahead", "4d 75 90 7a", "type 0 of 0", true},
	{"negative type", "56 56 74 00 01 61 7a 56 75 8f 7a 7a", "type -1 of 1", true},
	{"type of a numbered list ahead", "76 90 90", "type 0 of 0", true},
	{"type by a string", "4d 75 01 61 7a", "where an int is due", true},
	{"no class", "6f 90", "class 0 of 0", true},
	{"class ahead", "4f 91 41 90 6f 91", "class 1 of 1", true},
	// Text.
	{"string goes on as binary", "73 00 01 61 42 00 00", "where the next chunk is due", false},
	{"binary goes on as string", "62 00 01 61 53 00 00", "where the next chunk is due", false},
	{"broken text", "53 00 01 80", "begins no character", false},
	{"broken type", "4d 74 00 01 80 7a", "begins no character", false},
	{"broken name", "4f 91 80 90 6f 90", "begins no character", true},
	{"long type", "4d 74 0c 01" + strings.Repeat("61", 3073) + "7a", "over limit 3072", false},
	{"long name", "4f d4 0c 01" + strings.Repeat("61", 3073) + "90 6f 90", "over limit 3072", true},
	{"null field name", "4f 91 41 91 4e 6f 90 91", "where the name of a field", true},
}

func TestRejectOld(t *testing.T) {
	for _, c := range rejectsOld {
		p := unhex(t, c.in)
		for _, d := range []Dialect{Draft, First} {
			if c.draft && d != Draft {
				continue
			}
			var s Scanner
			s.ResetAs(p, d)
			check(t, c.name+": scan "+d.String(), s.Skip(1), c.want)
			_, err := dump(newEncoding(d), p, codecs.Value, nil)
			check(t, c.name+": read "+d.String(), err, c.want)
		}
	}
}

func TestDepthOld(t *testing.T) {
	for _, c := range []struct {
		name, open, value, end string
		draft                  bool
	}{
		{"lists", "566c00000001", "4e", "7a", false},
		{"open lists", "56", "4e", "7a", false},
		{"maps", "4d530001 61", "4e", "7a", false},
		{"objects of 1.0", "4d74000141530001 61", "4e", "7a", false},
		{"objects", "6f90", "4e", "", true},
		{"numbered lists", "7690 91", "4e", "", true},
	} {
		for _, d := range []Dialect{Draft, First} {
			if c.draft && d != Draft {
				continue
			}
			nest := func(n int) []byte {
				p := unhex(t, strings.Repeat(c.open, n)+c.value+strings.Repeat(c.end, n))
				if c.draft { // beside the first occurrence of a type and of a class
					p = append(unhex(t, "56 6e 02 56 74 00 01 61 7a 4f 91 41 91 01 61"), append(p, 'z')...)
				}
				return p
			}
			limit := token.MaxDepth
			if c.draft {
				limit--
			}
			e := newEncoding(d)
			var s Scanner
			for _, n := range []int{limit, limit + 1, 100_000} {
				p := nest(n)
				s.ResetAs(p, d)
				if err := s.Skip(1); errors.Is(err, token.ErrDepth) != (n > limit) || n <= limit && err != nil {
					t.Errorf("%s: scan %d: %v", c.name, n, err)
				}
				if _, err := dump(e, p, codecs.Value, nil); errors.Is(err, token.ErrDepth) != (n > limit) || n <= limit && err != nil {
					t.Errorf("%s: read %d: %v", c.name, n, err)
				}
			}
		}
	}
}

// TestMemoryOld does what TestMemory does.
func TestMemoryOld(t *testing.T) {
	const size = 2 << 20
	fill := func(head, unit string) []byte {
		p := []byte(head)
		return append(p, bytes.Repeat([]byte(unit), (size-len(p))/len(unit))...)
	}
	const deep = token.MaxDepth - 2
	object := "Mt\x00\x01AS\x00\x01a"
	for name, p := range map[string][]byte{
		"empty lists":         fill("V", "Vz"),
		"empty maps":          fill("V", "Mz"),
		"typed maps":          fill("V", "Mt\x00\x01az"),
		"objects":             fill("V", "Mt\x00\x01AS\x00\x00Nz"),
		"keys":                fill("Mt\x00\x01A", "S\x00\x00N"),
		"keys deep inside":    fill(strings.Repeat(object, deep), "S\x00\x00N"),
		"objects deep inside": fill(strings.Repeat(object, deep)+"V", "Mt\x00\x01AS\x00\x00Nz"),
		"definitions":         fill("", "O\x90\x90"),
		"chunks":              fill("", "s\x00\x00"),
		"references":          fill("VVz", "R\x00\x00\x00\x01"),
	} {
		for _, shape := range []codecs.Shape{codecs.Value, codecs.Args, codecs.Thrown} {
			for _, d := range []Dialect{Draft, First} {
				e := newEncoding(d)
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				if _, err := drainAs(e, p, shape); err == nil {
					t.Errorf("%s as %v of %v: no error", name, shape, d)
				}
				runtime.ReadMemStats(&after)
				if got := after.TotalAlloc - before.TotalAlloc; got > 8*size {
					t.Errorf("%s as %v of %v: %d bytes allocated for %d", name, shape, d, got, size)
				}
			}
		}
	}
}

// TestDeepObjects: the fields of objects in objects are looked for once, not once for each that is around them.
func TestDeepObjects(t *testing.T) {
	object := "Mt\x00\x01AS\x00\x01aNS\x00\x01b"
	var p []byte
	const deep = token.MaxDepth - 2
	for range deep {
		p = append(p, object...)
	}
	p = append(AppendNull(p), bytes.Repeat([]byte{'z'}, deep)...)
	r := readerOf(Hessian1(), p, codecs.Value, nil)
	defer r.Close()
	shown, err := dumpReader(r)
	if err != nil || strings.Count(shown, "object<A>[a b]{ null") != deep {
		t.Fatalf("%v: %.200s", err, shown)
	}
	if got := len(r.(*reader).tab.spans); got != deep {
		t.Errorf("the ends of %d objects are known, not of %d", got, deep)
	}
}

func TestWriteFormsOld(t *testing.T) {
	i := func(v int64, bits uint8) token.Token { return token.Token{Kind: token.Int, Int: v, Bits: bits} }
	f := func(v float64, bits uint8) token.Token { return token.Token{Kind: token.Float, Num: v, Bits: bits} }
	uuid := token.Token{Kind: token.String, Text: []byte("123e4567-e89b-12d3-a456-426614174000"), Class: &token.Class{Name: "java.util.UUID"}}
	for _, c := range []struct {
		d    Dialect
		in   token.Token
		want string
	}{
		{Draft, i(47, 32), "bf"}, {Draft, i(1<<31-1, 64), "777fffffff"}, {Draft, i(1<<31, 64), "4c0000000080000000"},
		{Draft, f(0, 64), "67"}, {Draft, f(1, 64), "68"}, {Draft, f(-1, 64), "69ff"}, {Draft, f(300, 64), "6a012c"}, {Draft, f(1.5, 64), "6b3fc00000"},
		{Draft, f(0.1, 64), "443fb999999999999a"}, {Draft, f(float64(float32(12.3)), 32), "6b4144cccd"},
		{Draft, token.Token{Kind: token.Time, Int: 60000}, "64000000000000ea60"},
		{Draft, text(strings.Repeat("x", 32)), "530020" + strings.Repeat("78", 32)},
		{Draft, token.Token{Kind: token.Bytes, Text: make([]byte, 16)}, "420010" + strings.Repeat("00", 16)},
		{Draft, uuid, "4f9e6a6176612e7574696c2e55554944920b6d6f7374536967426974730c6c65617374536967426974736f904c123e4567e89b12d34ca456426614174000"},
		{First, i(0, 32), "4900000000"}, {First, i(0, 64), "4c0000000000000000"}, {First, f(0, 64), "440000000000000000"},
		{First, text(""), "530000"}, {First, token.Token{Kind: token.Bytes}, "420000"}, {First, token.Token{}, "4e"},
		{First, token.Token{Kind: token.Enum, Text: []byte("RED"), Class: &token.Class{Name: "E"}}, "4d740001455300046e616d655300035245447a"},
	} {
		got, err := write(newEncoding(c.d), codecs.Value, nil, c.in)
		if want := unhex(t, c.want); !bytes.Equal(got, want) || err != nil {
			t.Errorf("%v %s: got %x %v, want %x", c.d, show(&c.in), got, err, want)
		}
	}
}
