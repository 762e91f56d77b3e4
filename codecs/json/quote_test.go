package json_test

import (
	stdjson "encoding/json"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs/json"
)

func TestAppendString(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", `""`},
		{"plain text, longer than eight bytes </>&", `"plain text, longer than eight bytes </>&"`},
		{"\"\\\b\f\n\r\t\x00\x1f\x7f", `"\"\\\b\f\n\r\t\u0000\u001f` + "\x7f" + `"`},
		{"漢 \U0001D11E \u2028", `"漢 ` + "\U0001D11E \u2028" + `"`},
		{"a\xed\xa0\xb4b\xed\xb4\x9e", `"a\ud834b\udd1e"`},
		{"a\xffb\xc3", `"a\ufffdb\ufffd"`},
	} {
		if got := string(json.AppendString(nil, c.text)); got != c.want {
			t.Errorf("%q: got %s, want %s", c.text, got, c.want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\"\\\x01\xed\xa0\xb4é漢\U0001D11E")
	f.Fuzz(func(t *testing.T, s string) {
		q := json.AppendString(nil, s)
		if err := json.Valid(q); err != nil {
			t.Fatalf("%q: %s: %v", s, q, err)
		}
		var back string
		if err := stdjson.Unmarshal(q, &back); err != nil {
			t.Fatal(err)
		}
		clean := strings.ToValidUTF8(s, "")
		if clean == s && back != s {
			t.Errorf("%q came back as %q", s, back)
		}
		if got := string(json.Unquote(nil, q)); clean == s && got != s {
			t.Errorf("%q came back as %q", s, got)
		}
	})
}
