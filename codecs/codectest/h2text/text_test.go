package h2text_test

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/net/http2"

	"github.com/dragoman-rpc/dragoman/codecs/codectest/h2text"
)

// lines are one of each frame, as they are written and shown.
var lines = []string{
	"preface",
	"settings",
	"settings ack",
	"settings table=0 push=0 streams=100 window=65535 frame=16384 headlist=4096 0xff=1",
	"headers 1 :method=POST :path=/a",
	`headers 3 end :method=POST "x-text=two words" "x-quote=\"" x-empty=`,
	"headers 5 on=3 :method=GET",
	"priority 7 on=5",
	`data 1 "text"`,
	`data 1 end pad=3 "\x00text"`,
	`data 1 end ""`,
	"reset 1 CANCEL",
	"reset 1 0xff",
	"ping 0102030405060708",
	"ping ack 0102030405060708",
	"goaway 2147483647 NO_ERROR",
	`goaway 1 ENHANCE_YOUR_CALM "too_many_pings"`,
	"window 0 2147483647",
	"raw 0000",
}

// TestRoundTrip: what is written is shown as it was written, and x/net's Framer reads it.
func TestRoundTrip(t *testing.T) {
	n := h2text.New()
	var all []byte
	for _, line := range lines {
		b, err := n.Parse(line)
		if err != nil {
			t.Errorf("%s: %v", line, err)
		}
		all = append(all, b...)
	}
	if got := strings.Join(n.Show(all), "\n"); got != strings.Join(lines, "\n") {
		t.Errorf("shown as\n%s", got)
	}
	fr := http2.NewFramer(nil, bytes.NewReader(bytes.TrimSuffix(bytes.TrimPrefix(all, []byte(http2.ClientPreface)), []byte{0, 0})))
	for i, line := range lines[1 : len(lines)-1] {
		if _, err := fr.ReadFrame(); err != nil {
			t.Errorf("frame %d, %s: %v", i, line, err)
		}
	}
}

// TestCut: a block may be written in two frames, with the fields of priority in the first.
func TestCut(t *testing.T) {
	b, err := h2text.New().Parse("headers 1 end on=3 cut=1 :method=GET :path=/")
	if want := []byte("\x00\x00\x06\x01\x21\x00\x00\x00\x01\x00\x00\x00\x03\x0f\x82\x00\x00\x01\x09\x04\x00\x00\x00\x01\x84"); err != nil || !bytes.Equal(b, want) {
		t.Errorf("%x, %v; want %x", b, err, want)
	}
}

func TestNoLines(t *testing.T) {
	for _, line := range []string{"", "nonsense 1", "data x", `data 1 "open`, "headers 1 field", "goaway 1", "settings x=1", "settings window=-1", "raw 0"} {
		if b, err := h2text.New().Parse(line); err == nil {
			t.Errorf("%q is taken: %x", line, b)
		}
	}
}
