package grpc

import (
	"math"
	"testing"
	"time"
)

func TestTimeout(t *testing.T) {
	for _, c := range []struct {
		text string
		want time.Duration
	}{
		{"1n", 1}, {"99999999n", 99999999}, {"1u", time.Microsecond}, {"250m", 250 * time.Millisecond}, {"00000010S", 10 * time.Second}, {"3M", 3 * time.Minute},
		{"1H", time.Hour}, {"2562047H", 2562047 * time.Hour}, {"2562048H", math.MaxInt64}, {"99999999H", math.MaxInt64}, {"99999999M", 99999999 * time.Minute},
		{"0S", 1}, {"", -1}, {"n", -1}, {"1", -1}, {"1s", -1}, {"1h", -1}, {"123456789n", -1}, {"-1n", -1}, {"+1n", -1}, {" 1n", -1}, {"1.5S", -1}, {"1 n", -1},
	} {
		got, ok := parseTimeout(c.text)
		if want := max(c.want, 0); got != want || ok != (c.want >= 0) {
			t.Errorf("%q: %v %v, want %v", c.text, got, ok, c.want)
		}
	}
}

func TestTimeoutIsNeverShortened(t *testing.T) {
	for _, c := range []struct {
		d    time.Duration
		want string
	}{
		{1, "1n"}, {99999999, "99999999n"}, {100000000, "100000u"}, {100000001, "100001u"}, {99999999 * time.Microsecond, "99999999u"},
		{99999999*time.Microsecond + 1, "100000m"}, {100*time.Hour + 1, "360000001m"}, {time.Duration(math.MaxInt64), "2562048H"},
	} {
		if c.want == "360000001m" { // over eight digits of milliseconds: seconds
			c.want = "360001S"
		}
		got := string(appendTimeout(nil, c.d))
		if got != c.want {
			t.Errorf("%d: %s, want %s", c.d, got, c.want)
		}
		if back, ok := parseTimeout(got); !ok || back < c.d {
			t.Errorf("%d was written as %s and read as %d", c.d, got, back)
		}
	}
}

func FuzzTimeout(f *testing.F) {
	for _, s := range []string{"1n", "99999999H", "0S", "12345678u", "x"} {
		f.Add(s, int64(len(s)))
	}
	f.Fuzz(func(t *testing.T, s string, n int64) {
		d, ok := parseTimeout(s)
		if !ok {
			d = time.Duration(n)
		}
		if d <= 0 {
			if ok {
				t.Fatalf("%q was read as %d", s, d)
			}
			return
		}
		text := appendTimeout(nil, d)
		back, ok := parseTimeout(string(text))
		if !ok || back < d || len(text) > 9 || back-d > d/1000 {
			t.Fatalf("%d was written as %s and read as %d", d, text, back)
		}
	})
}

func TestEscape(t *testing.T) {
	for _, c := range []struct{ text, wire string }{
		{"", ""}, {"plain text!", "plain text!"}, {"100%", "100%25"}, {"a\r\nb", "a%0D%0Ab"}, {"J\u00f6rg", "J%C3%B6rg"}, {"\u4e2d", "%E4%B8%AD"}, {"\x00\x7f~", "%00%7F~"},
		{"%41", "%2541"},
	} {
		if got := escape(c.text); got != c.wire {
			t.Errorf("%q: written %q, want %q", c.text, got, c.wire)
		}
		if got := unescape(c.wire); got != c.text {
			t.Errorf("%q: read %q, want %q", c.wire, got, c.text)
		}
	}
	for wire, want := range map[string]string{"%": "%", "a%4": "a%4", "%zz%41": "%zzA", "%c3%B6": "\u00f6", "%ff": "\ufffd", "\xff": "\ufffd", "100% sure": "100% sure"} {
		if got := unescape(wire); got != want {
			t.Errorf("%q: read %q, want %q", wire, got, want)
		}
	}
	if got := escapeEnds(" a b "); got != "%20a b%20" {
		t.Errorf("blanks at the ends: %q", got)
	}
}

func FuzzEscape(f *testing.F) {
	for _, s := range []string{"", "a%b", " \u00e9 ", "%41%zz%", "\xff\x00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		wire := escapeEnds(s)
		if !isPrintable(wire) {
			t.Fatalf("%q was written as %q", s, wire)
		}
		text := unescape(s)
		if back := unescape(escapeEnds(text)); back != text {
			t.Fatalf("%q was read as %q and comes back as %q", s, text, back)
		}
	})
}
