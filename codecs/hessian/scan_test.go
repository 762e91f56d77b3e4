package hessian

import (
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestScanCaptures(t *testing.T) {
	for _, d := range dialects {
		scans(t, capturesAs(t, d))
	}
}

func scans(t *testing.T, all []capture) {
	for _, c := range all {
		var s Scanner
		s.ResetAs(c.value, c.d)
		if err := s.Skip(1); err != nil || s.Left() != 0 {
			t.Errorf("%s: %v, %d bytes left", c.name, err, s.Left())
		}
	}
}

func TestPairs(t *testing.T) {
	p := AppendMapStart(nil)
	for _, s := range []string{"k", "v", "astral", "a\U0001F600"} {
		p = AppendString(p, s)
	}
	p = AppendInt(AppendString(p, "int"), 300)
	p = append(AppendString(p, "list"), 0x78)
	p = append(AppendString(p, "again"), 'Q', 0x91)
	p = AppendMapEnd(p)
	var s Scanner
	s.Reset(p)
	if ok, err := s.Map(); !ok || err != nil {
		t.Fatal(ok, err)
	}
	var got []string
	var kv Pair
	for {
		more, err := s.Pair(&kv)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		got = append(got, fmt.Sprintf("%s=%s %v %d", kv.Key, kv.Value, kv.Plain, kv.End-kv.Start))
	}
	want := []string{"k=v true 4", "astral=a\U0001F600 true 15", "int=300 true 6", "= false 6", "= false 8"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if s.Left() != 0 {
		t.Errorf("%d bytes left", s.Left())
	}
}

func TestInvoke(t *testing.T) {
	const (
		types = "72 07 5b737472696e67 03 696e74 06 782e55736572"
		args  = "72 07 5b6f626a656374 91 4e"
	)
	for _, c := range []struct{ name, in, want string }{
		{"as Java writes it", "01 66" + types + args, "f [int x.User] 2"},
		{"no types", "01 66 4e" + args, "f [] 2"},
		{"no arguments", "01 66 78 78", "f [] 0"},
		{"null for arguments", "01 66 4e 4e", "f [] 0"},
		{"open lists", "01 66 57 03 696e74 5a 57 91 5a", "f [int] -1"},
		{"definitions before the lists", "01 66 43 01 41 90 78 43 01 41 90 79 61", "f [] 1"},
		{"null method", "4e 78 78", "$invoke of a null method"},
		{"method that is none", "91 78 78", "where a string is due"},
		{"null type", "01 66 79 4e 78", "$invoke with a null type"},
		{"type that is none", "01 66 79 91 78", "where a string is due"},
		{"types that are a map", "01 66 48 5a 78", "a map where a list is due"},
		{"types that are a text", "01 66 01 66 78", "where a value is due"},
		{"arguments that are a map", "01 66 4e 48 5a", "a map where a list is due"},
		{"too many types", "01 66 58 c900" + strings.Repeat("03 696e74", 256) + "78", "over 255 types"},
		{"cut", "01 66 79", "in 0 bytes"},
	} {
		var s Scanner
		s.Reset(unhex(t, c.in))
		inv := Invocation{Types: []string{"left from before"}}
		err := s.Invoke(&inv)
		got := fmt.Sprintf("%s %v %d", inv.Method, inv.Types, inv.Args)
		if err != nil {
			got = err.Error()
		}
		if !strings.Contains(got, c.want) || err == nil && s.Left() > 0 {
			t.Errorf("%s: got %s (%d bytes left), want %s", c.name, got, s.Left(), c.want)
		}
	}
}

// TestHeads has what stands where a codec wants something else.
func TestHeads(t *testing.T) {
	var s Scanner
	for _, in := range []string{"", "91", "48", "58"} {
		s.Reset(unhex(t, in))
		if _, _, err := s.Text(); err == nil {
			t.Errorf("%q is a text", in)
		}
	}
	for _, in := range []string{"", "4e", "e0", "49 00"} {
		s.Reset(unhex(t, in))
		if _, err := s.Int(); err == nil {
			t.Errorf("%q is an int", in)
		}
	}
	for _, in := range []string{"", "91", "78", "4d"} {
		s.Reset(unhex(t, in))
		if _, err := s.Map(); err == nil {
			t.Errorf("%q is a map", in)
		}
	}
	s.Reset(unhex(t, "4e 4e 4d 01 74 4e 54 01 6b 4e 01 6b 5d 05 01 6b e1 5a"))
	if ok, err := s.Map(); ok || err != nil {
		t.Errorf("null is a map: %v", err)
	}
	if _, null, err := s.Text(); !null || err != nil {
		t.Errorf("null is no null: %v", err)
	}
	if ok, err := s.Map(); !ok || err != nil {
		t.Fatal(err)
	}
	var kv Pair
	got := ""
	for {
		more, err := s.Pair(&kv)
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		got += fmt.Sprintf("%s=%s %v;", kv.Key, kv.Value, kv.Plain)
	}
	if want := "= true;= true;k=5 true;k=1 true;"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
