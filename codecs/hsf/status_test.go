package hsf

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Every code has a status, and what HSF cannot tell apart is known here.
func TestStatuses(t *testing.T) {
	reads := map[codecs.Code]codecs.Code{ // where it is another
		codecs.Canceled: codecs.Fault, codecs.Denied: codecs.Fault, codecs.Unimplemented: codecs.NotFound, codecs.Malformed: codecs.Internal,
	}
	for code := codecs.OK + 1; int(code) < codecs.Codes; code++ {
		want, other := reads[code]
		if !other {
			want = code
		}
		got := statusOf(statusAs(codecs.Status{Code: code}, false), []byte("why"))
		if got.Code != want || got.Text != "why" {
			t.Errorf("%v: goes as %d, which is read as %v", code, got.Native.Code, got)
		}
	}
	if got := statusOf(99, nil); got.Code != codecs.Internal || got.Native != (codecs.Native{Of: Name, Code: 99}) {
		t.Errorf("an unknown status: %v", got)
	}
}

// The text of a Status is short, one line, and UTF-8.
func TestBrief(t *testing.T) {
	for in, want := range map[string]string{"": "", "a\nb": "a", "\xff": "\uFFFD", strings.Repeat("é", 400): strings.Repeat("é", 256)} {
		if got := brief([]byte(in)); got != want {
			t.Errorf("%.20q: got %.20q", in, got)
		}
	}
}
