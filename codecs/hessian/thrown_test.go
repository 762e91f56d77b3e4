package hessian

import (
	"fmt"
	"testing"
)

func TestThrown(t *testing.T) {
	const own = "C\x05x.Out\x94\x05cause\x04code\x0ddetailMessage\x04left`"
	for _, c := range []struct{ name, in, want string }{
		{"null", "N", `"" "" 0 false`},
		{"string", "\x02no", `"" "" 0 false`},
		{"map", "H\x01a\x01bZ", `"" "" 0 false`},
		{"class 0", own + "N\x97\x04boom\xe3", `"x.Out" "boom" 7 true`},
		{"cause is itself", own + "Q\x90\x97\x04boom\xe3", `"x.Out" "boom" 7 true`},
		{"cause of another class", own + "C\x03x.C\x91\x0ddetailMessagea\x05inner\x97\x05outer\xe3", `"x.Out" "outer" 7 true`},
		{"cause of the same class", own + "`N\x98\x05inner\xe4\x97\x05outer\xe3", `"x.Out" "outer" 7 true`},
		{"message null, code a string", own + "N\x013N\xe3", `"x.Out" "" 0 false`},
		{"unused definition first", "C\x03x.A\x90C\x03x.B\x91\x0ddetailMessagea\x01m", `"x.B" "m" 0 false`},
		{"object of an earlier class", "C\x03x.A\x90C\x03x.B\x91\x0ddetailMessage`", `"x.A" "" 0 false`},
		{"generic", "C\x30\x2ecom.alibaba.dubbo.rpc.service.GenericException\x93\x0ddetailMessage\x10exceptionMessage\x0eexceptionClass`\x07x.E: boR\x00\x02bo\x01m\x03x.E", `"x.E" "bom" 0 false`},
		{"generic of nothing", "C\x30\x2ecom.alibaba.dubbo.rpc.service.GenericException\x91\x0ddetailMessage`\x01m", `"com.alibaba.dubbo.rpc.service.GenericException" "m" 0 false`},
		{"chunks", own + "N\x90R\x00\x02ab\x01c\xe3", `"x.Out" "abc" 0 true`},
	} {
		var s Scanner
		s.Reset([]byte(c.in + "\x91"))
		var got Thrown
		if err := s.Thrown(&got); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if g := fmt.Sprintf("%q %q %d %v", got.Class, got.Message, got.Code, got.Coded); g != c.want {
			t.Errorf("%s: got %s, want %s", c.name, g, c.want)
		}
		if v, err := s.Int(); err != nil || v != 1 {
			t.Errorf("%s: the value behind: %d, %v", c.name, v, err)
		}
		for cut := range len(c.in) {
			s.Reset([]byte(c.in[:cut]))
			if err := s.Thrown(&got); err == nil {
				t.Errorf("%s: cut to %d of %d bytes: no error", c.name, cut, len(c.in))
			}
		}
	}
}

// TestThrownOld has what Java writes in the older dialects.
func TestThrownOld(t *testing.T) {
	for _, d := range []Dialect{Draft, First} {
		found := false
		for _, c := range capturesAs(t, d) {
			if c.name != "exception" {
				continue
			}
			found = true
			var s Scanner
			s.ResetAs(c.value, d)
			var got Thrown
			err := s.Thrown(&got)
			if err != nil || got.Class != "example.Boom" || string(got.Message) != "boom" || got.Code != 7 || !got.Throwable || s.Left() != 0 {
				t.Errorf("%v: %+v, %v, %d bytes left", d, got, err, s.Left())
			}
		}
		if !found {
			t.Errorf("%v: no exception among the captures", d)
		}
		var s Scanner
		s.ResetAs(d.AppendException(nil, "x.E", "m"), d)
		var got Thrown
		if err := s.Thrown(&got); err != nil || got.Class != "x.E" || string(got.Message) != "m" || s.Left() != 0 {
			t.Errorf("%v: %+v, %v", d, got, err)
		}
	}
}
