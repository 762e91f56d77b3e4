package msgpack_test

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/msgpack"
)

// envelope reads {"a": text, "l": array, "n": number, others} as a codec would.
func envelope(p []byte) (a, l, other string, count int, n int64, err error) {
	s := msgpack.Scan(p)
	var key []byte
	for s.Object(); s.Member(&key); {
		switch string(key) {
		case "a":
			a = string(s.Text())
		case "l":
			var span []byte
			span, count = s.Array()
			l = string(span)
		case "n":
			n, _ = s.Int()
		default:
			other += string(s.Kind()) + string(s.Value())
		}
	}
	return a, l, other, count, n, s.End()
}

func TestScanner(t *testing.T) {
	p := unhex(t, "88 a161 c40161 c4016c 92 01 81 c0 c0 a16e cd0100 01 d40500 c0 90 a0 c3 a27171 c0 a172 ca00000000")
	a, l, other, count, n, err := envelope(p)
	if err != nil || a != "a" || l != "\x92\x01\x81\xc0\xc0" || count != 2 || n != 256 ||
		other != "x\xd4\x05\x00[\x90t\xc3n\xc00\xca\x00\x00\x00\x00" {
		t.Errorf("a %q, l %q, n %d, other %q, %d elements, %v", a, l, n, other, count, err)
	}
	for in, want := range map[string]string{
		"":                "the bytes end",
		"90":              "0x90, expected a map",
		"81 a161":         "the bytes end",
		"81 a16c c0":      "0xc0, expected an array",
		"81 a16c 92 01":   "length 2 over",
		"80 00":           "1 bytes behind the value",
		"81 a161 a1ff":    "not UTF-8",
		"81 a1ff 00":      "not UTF-8",
		"81 a17a 92 91":   "length 2 over",
		"82 a161 a0 a162": "the bytes end",
	} {
		if _, _, _, _, _, err := envelope(unhex(t, in)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", in, err, want)
		}
	}
	var s msgpack.Scanner
	if s.Kind() != 0 || s.Value() != nil || s.End() == nil {
		t.Error("the zero Scanner has something")
	}
}

func TestScannerDepth(t *testing.T) {
	s := msgpack.Scan(unhex(t, "93 919190 90 80"))
	n := 0
	for s.List(); s.Element(); n++ {
		s.Value()
	}
	if err := s.End(); err != nil || n != 3 || s.Deepest() != 4 {
		t.Errorf("%d elements, %d deep, %v", n, s.Deepest(), err)
	}
	s = msgpack.Scan(unhex(t, "9191919190"))
	for range 5 {
		s.List()
		s.Element()
	}
	if s.End() == nil {
		t.Error("five are open at once")
	}
}
