package filter_test

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/filter"
)

func TestGuard(t *testing.T) {
	counted(t)
	for _, c := range []struct {
		service, method string
		hops            uint8
		want            string
	}{
		{"com.acme.User", "get", 0, "reply ok "},
		{"a service", "get", 4, "reply ok "},
		{"/b\u00fccher/\u672c", "l\u00f6schen", 0, "reply ok "},
		{"", "", 0, "reply ok "},
		{"s", "GET /", 0, `cancel invalid: filter: guard: "s"."GET /" is no name`},
		{"s\n", "get", 0, `cancel invalid: filter: guard: "s\n"."get" is no name`},
		{"s", "get\r", 0, "cancel invalid"},
		{"s", "get\x7f", 0, "cancel invalid"},
		{"s\x00", "get", 0, "cancel invalid"},
		{strings.Repeat("s", 1000) + "\n", "get", 0, "cancel invalid"},
		{"s", "get", 5, "cancel internal: filter: guard: the call has passed more than 4 dragomans"},
	} {
		f := &far{answer: ok("")}
		call, back := newCall(c.service, c.method, "[]")
		call.From.Service, call.From.Method, call.Rec.Service, call.Rec.Method = "", "", "", ""
		call.Req.Hops = c.hops
		filter.Guard()(f).Open(call, back)
		if got := back.said(t); !strings.HasPrefix(got, c.want) || len(got) > 300 {
			t.Errorf("%.20q.%q, %d hops: %s, want %s", c.service, c.method, c.hops, got, c.want)
		}
		if passed := len(f.opened) == 1; passed != strings.HasPrefix(c.want, "reply") {
			t.Errorf("%.20q.%q, %d hops: passed %v", c.service, c.method, c.hops, passed)
		}
		if call.From.Service != c.service || call.From.Method != c.method || call.Rec.Service != c.service || call.Rec.Method != c.method {
			t.Errorf("%.20q.%q: noted as %+v, recorded as %+v", c.service, c.method, call.From, call.Rec)
		}
	}
}
