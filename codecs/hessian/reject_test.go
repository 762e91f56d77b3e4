package hessian

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/token"
)

// rejects are inputs that are no Hessian 2.0, by the lines of the specification's §11.
var rejects = []struct{ name, in, want string }{
	// 1. End of data inside any construct; TestTruncated has every place of every capture.
	{"nothing", "", "ends inside"},
	{"int cut", "c8", "ends inside"},
	{"long cut", "4c 00 00 00 00 00 00 00", "ends inside"},
	{"double cut", "5f 00 00 00", "ends inside"},
	{"date cut", "4b 00 00 00", "ends inside"},
	{"string cut", "05 61 62", "ends inside"},
	{"string head cut", "53 00", "ends inside"},
	{"last chunk missing", "52 00 01 61", "ends inside"},
	{"binary cut", "23 01 02", "ends inside"},
	{"open list without end", "57 91", "ends inside"},
	{"map without end", "48 01 61 91", "ends inside"},
	{"value of a pair missing", "48 01 61", "ends inside"},
	{"object cut", "43 01 41 92 01 61 01 62 60 91", "object of 2 fields in 1 bytes"},
	{"definition alone", "43 01 41 90", "ends inside"},
	// 2. Reserved opcodes, and the end mark out of place.
	{"opcode 40", "40", "opcode 0x40"},
	{"opcode 45", "45", "opcode 0x45"},
	{"opcode 47", "47", "opcode 0x47"},
	{"opcode 50", "50", "opcode 0x50"},
	{"end alone", "5a", "opcode 0x5a where a value"},
	{"end in a counted list", "79 5a", "opcode 0x5a where a value"},
	{"end for the value of a pair", "48 01 61 5a", "opcode 0x5a where a value"},
	{"end behind a definition", "57 43 01 41 90 5a", "opcode 0x5a where a value"},
	{"end for a field", "43 01 41 91 01 61 60 5a", "opcode 0x5a where a value"},
	// 3. References.
	{"reference to nothing", "51 90", "reference 0 of 0"},
	{"reference ahead", "7a 51 91 78", "reference 1 of 1"},
	{"negative reference", "79 51 8f", "reference -1 of 1"},
	{"reference by a long", "79 51 e0", "where an int is due"},
	{"reference by a string", "79 51 01 61", "where an int is due"},
	// 4. Classes.
	{"no class", "60", "class 0 of 0"},
	{"class ahead", "43 01 41 90 61", "class 1 of 1"},
	{"negative class", "43 01 41 90 4f 8f", "class -1 of 1"},
	{"class by a string", "43 01 41 90 4f 01 41", "where an int is due"},
	// 5. Types.
	{"type ahead", "70 90", "type 0 of 0"},
	{"negative type", "7a 70 01 61 70 8f", "type -1 of 1"},
	{"type by null", "4d 4e 5a", "where an int is due"},
	{"type by a double", "56 5b 90", "where an int is due"},
	// 6. Lengths and counts.
	{"negative length", "58 8f", "list of -1 elements"},
	{"negative typed length", "56 01 61 8f", "list of -1 elements"},
	{"huge length", "58 49 7f ff ff ff", "list of 2147483647 elements in 0 bytes"},
	{"length of a byte more than there is", "58 93 91 91", "list of 3 elements in 2 bytes"},
	{"length by a long", "58 e0", "where an int is due"},
	{"negative number of fields", "43 01 41 8f 60", "class of -1 fields"},
	{"huge number of fields", "43 01 41 49 7f ff ff ff", "class of 2147483647 fields in 0 bytes"},
	{"short list without values", "7f", "list of 7 elements in 0 bytes"},
	// 7. Chunks.
	{"string goes on as binary", "52 00 01 61 20", "where the next chunk is due"},
	{"string goes on as an int", "52 00 01 61 91", "where the next chunk is due"},
	{"binary goes on as string", "41 00 01 61 00", "where the next chunk is due"},
	// 8. Text.
	{"continuation byte first", "01 80", "begins no character"},
	{"continuation byte missing", "01 c3 41", "begins no character"},
	{"second continuation byte missing", "01 e4 bd 41", "begins no character"},
	{"four-byte lead", "02 f0 9f 98 80", "begins no character"},
	{"lead ff", "01 ff", "begins no character"},
	{"overlong NUL", "01 c0 80", "begins no character"},
	{"overlong c1", "01 c1 bf", "begins no character"},
	{"overlong e0", "01 e0 9f bf", "begins no character"},
	{"ends inside a character", "01 e4 bd", "begins no character"},
	{"broken in the second chunk", "52 00 01 61 01 80", "begins no character"},
	// 9. Names.
	{"null class name", "43 4e 90 60", "where the name of a class"},
	{"int class name", "43 91 90 60", "where the name of a class"},
	{"null field name", "43 01 41 91 4e 60 91", "where the name of a field"},
	{"long field name", "43 01 41 91 53 0c 01" + strings.Repeat("61", 3073) + "60 91", "over limit 3072"},
	// 10. Limits.
	{"classes", strings.Repeat("43 01 41 90", maxClasses+1) + "4e", "over 4096 classes"},
	{"fields", strings.Repeat("43 01 41 d4 3f ff"+strings.Repeat("00", 0x3fff), 5) + "4e", "or 65536 fields"},
}

func TestReject(t *testing.T) {
	e := Hessian2()
	for _, c := range rejects {
		p := unhex(t, c.in)
		var s Scanner
		s.Reset(p)
		check(t, c.name+": scan", s.Skip(1), c.want)
		_, err := dump(e, p, codecs.Value, nil)
		check(t, c.name+": read", err, c.want)
	}
}

func check(t *testing.T, name string, err error, want string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: got error %v, want %q", name, err, want)
		return
	}
	if !strings.HasPrefix(err.Error(), "hessian: ") {
		t.Errorf("%s: error %q", name, err)
	}
	if c := codecs.StatusOf(err).Code; c != codecs.Malformed && c != codecs.Invalid {
		t.Errorf("%s: code %v", name, c)
	}
}

func TestTruncated(t *testing.T) {
	for _, d := range dialects {
		truncates(t, newEncoding(d), capturesAs(t, d))
	}
}

func truncates(t *testing.T, e *Encoding, all []capture) {
	for _, c := range all {
		for cut := range c.value {
			if cut > 2000 {
				break
			}
			var s Scanner
			s.ResetAs(c.value[:cut], c.d)
			if err := s.Skip(1); err == nil {
				t.Errorf("%s: scanned with %d of %d bytes", c.name, cut, len(c.value))
			}
			if _, err := dump(e, c.value[:cut], codecs.Value, nil); err == nil {
				t.Errorf("%s: read with %d of %d bytes", c.name, cut, len(c.value))
			}
		}
	}
}

func TestDepth(t *testing.T) {
	e := Hessian2()
	for _, c := range []struct{ name, open, value, end string }{
		{"lists", "79", "91", ""},
		{"open lists", "57", "91", "5a"},
		{"typed lists", "71 00", "91", ""},
		{"maps", "48 01 61", "91", "5a"},
		{"map keys", "48", "91", "91 5a"},
		{"objects", "60", "91", ""},
	} {
		nest := func(n int) []byte {
			return unhex(t, "43 01 41 91 01 61"+strings.Repeat(c.open, n)+c.value+strings.Repeat(c.end, n))
		}
		var s Scanner
		s.Reset(nest(token.MaxDepth))
		if err := s.Skip(1); err != nil {
			t.Errorf("%s: scan: %v", c.name, err)
		}
		if _, err := dump(e, nest(token.MaxDepth), codecs.Value, nil); err != nil {
			t.Errorf("%s: read: %v", c.name, err)
		}
		for _, n := range []int{token.MaxDepth + 1, 100_000} {
			s.Reset(nest(n))
			if err := s.Skip(1); !errors.Is(err, token.ErrDepth) {
				t.Errorf("%s: scan %d: %v", c.name, n, err)
			}
			if _, err := dump(e, nest(n), codecs.Value, nil); !errors.Is(err, token.ErrDepth) {
				t.Errorf("%s: read %d: %v", c.name, n, err)
			}
		}
	}
}

// bombs are small inputs that would make much of themselves.
func bombs() map[string][]byte {
	// a list of lists, each of eight references to the one before
	lists := append(AppendInt([]byte{0x58}, 31), 0x78)
	for i := range 30 {
		lists = AppendInt(append(lists, 0x58), 8)
		for range 8 {
			lists = AppendInt(append(lists, 'Q'), int32(i+1))
		}
	}
	// one large string in a list, and many references to it
	text := append([]byte{0x58}, AppendInt(nil, 100_001)...)
	text = append(AppendString(append(text, 0x79), strings.Repeat("x", 30_000)), bytes.Repeat([]byte{'Q', 0x91}, 100_000)...)
	// the same with a scalar that is an object
	decimal := append([]byte{0x58}, AppendInt(nil, 100_001)...)
	decimal = append(decimal, "C\x14java.math.BigDecimal\x91\x05value\x60"...)
	decimal = append(AppendString(decimal, strings.Repeat("7", 30_000)), bytes.Repeat([]byte{'Q', 0x91}, 100_000)...)
	return map[string][]byte{"lists": lists, "text": text, "decimal": decimal}
}

func TestExpandLimit(t *testing.T) {
	e := Hessian2()
	for name, p := range bombs() {
		var s Scanner
		s.Reset(p)
		if err := s.Skip(1); err != nil || s.Left() != 0 {
			t.Errorf("%s: scan: %v", name, err)
		}
		n, err := drain(e, p)
		if !errors.Is(err, token.ErrExpand) {
			t.Errorf("%s: %v", name, err)
		}
		if n > 64<<20 {
			t.Errorf("%s: %d bytes of text given", name, n)
		}
	}
}

// TestMemory reads large hostile bodies and looks at what they made it allocate.
func TestMemory(t *testing.T) {
	const size = 2 << 20
	fill := func(head, unit string) []byte {
		p := []byte(head)
		return append(p, bytes.Repeat([]byte(unit), (size-len(p))/len(unit))...)
	}
	for name, p := range map[string][]byte{
		"empty lists":       fill("W", "\x78"),
		"typed lists":       fill("W", "\x70\x00"),
		"empty maps":        fill("W", "HZ"),
		"objects":           fill("C\x01A\x90W", "\x60"),
		"field names":       fill("C\x01A\x49\x00\x1f\xff\xc0", "\x00"),
		"definitions":       fill("", "C\x00\x90"),
		"chunks":            fill("", "R\x00\x00"),
		"binary chunks":     fill("", "A\x00\x00"),
		"references":        fill("W\x78", "Q\x91"),
		"words":             fill("C\x14java.math.BigInteger\x92\x03mag\x06signum\x60U\x04[int", "\x91"),
		"pairs of a fault":  fill("M\x01E", "\x00\x90"),
		"lines of a trace":  fill("M\x01E\x0astackTraceW", "\x91"),
		"fields of a fault": fill("C\x01E\x49\x00\x00\xff\xf0"+strings.Repeat("\x01a", 0xfff0)+"\x60", "\x90"),
	} {
		for _, shape := range []codecs.Shape{codecs.Value, codecs.Args, codecs.Thrown} {
			e := Hessian2()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			if _, err := drainAs(e, p, shape); err == nil {
				t.Errorf("%s as %v: no error", name, shape)
			}
			runtime.ReadMemStats(&after)
			if got := after.TotalAlloc - before.TotalAlloc; got > 4*size {
				t.Errorf("%s as %v: %d bytes allocated for %d", name, shape, got, size)
			}
		}
	}
}

func drain(e *Encoding, p []byte) (int, error) { return drainAs(e, p, codecs.Value) }

// drainAs reads a body and counts the bytes of text it gives.
func drainAs(e *Encoding, p []byte, shape codecs.Shape) (n int, err error) {
	r := readerOf(e, p, shape, nil)
	defer r.Close()
	var t token.Token
	for {
		if err := r.Next(&t); err != nil {
			return n, err
		}
		n += len(t.Text)
	}
}

func TestCycles(t *testing.T) {
	e := Hessian2()
	for _, c := range []struct{ name, in, path string }{
		{"list in itself", "7951 90", "$[0]"},
		{"second element", "7a 91 51 90", "$[1]"},
		{"map in itself", "48 01 61 51 90 5a", "$.a"},
		{"under a number", "48 97 51 90 5a", "$[7]"},
		{"object", "43 01 41 92 01 61 01 62 60 91 51 90", "$.b"},
		{"deep", "43 01 41 91 05" + fmt.Sprintf("%x", "items") + "43 01 42 91 05" + fmt.Sprintf("%x", "owner") + "60 79 61 51 90", "$.items[0].owner"},
		{"through a reference", "7a 79 79 91 79 51 90", "$[1][0]"},
	} {
		_, err := dump(e, unhex(t, c.in), codecs.Value, nil)
		if !errors.Is(err, token.ErrCycle) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if want := "hessian: read: value contains itself at " + c.path; err.Error() != want {
			t.Errorf("%s: got %q, want %q", c.name, err, want)
		}
	}
}
