package hexdump_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dragoman-rpc/dragoman/cmd/dragoman/internal/hexdump"
)

func TestParse(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"digits":              {"dabbc200", "dabbc200"},
		"words of digits":     {"dabbc200 01\n", "dabbc20001"},
		"capitals and spaces": {" DA bb\tC2\n00 ", "dabbc200"},
		"comments":            {"# a frame\nda bb # magic\n\n# side: server sends\nc2", "dabb server:c2"},
		"xxd":                 {"00000000: dabb c200 0041  .....A\n00000010: 41  A\n", "dabbc200004141"},
		"hexdump -C":          {"00000000  da bb c2 00 00 00 00 00  01 02 03 04 05 06 07 08  |abc....|\n00000010  0a  |.|\n00000011\n", "dabbc2000000000001020304050607080a"},
		"short words":         {"000000 04 0000000000\n", "000000040000000000"},
		"call -v":             {"> request 1\n    body x\n> 00000000  da bb  |..|\n{\"a\":1}\n< reply\n< 00000000  c2 00  |..|\n< 00000002  01  |.|\n", "client:dabb server:c20001"},
		"a name that is hex":  {"> 00000000  da bb  |..|\n    method  add\ndeadbeef\n", "client:dabb"},
		"text":                {"GET / HTTP/1.1\r\n", "none"},
		"half a byte":         {"dab", "none"},
		"nothing":             {"\n# so much for that\n", "none"},
		"bytes":               {"\xda\xbb\xc2", "none"},
		"a zero":              {"00\x00", "none"},
	} {
		if got := text(hexdump.Parse([]byte(c.text))); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func text(chunks []hexdump.Chunk, ok bool) string {
	if !ok {
		return "none"
	}
	var list []string
	for _, c := range chunks {
		s := hex.EncodeToString(c.Bytes)
		if c.Side != "" {
			s = c.Side + ":" + s
		}
		list = append(list, s)
	}
	return strings.Join(list, " ")
}

// FuzzParse: what hex.Dump writes of any bytes is read back, and a text gives no more bytes than it has.
func FuzzParse(f *testing.F) {
	f.Add([]byte("> 00000000  da bb  |..|\n< 00"))
	f.Add([]byte("00000000: dabb c2  ..\n"))
	f.Fuzz(func(t *testing.T, p []byte) {
		n := 0
		chunks, _ := hexdump.Parse(p)
		for _, c := range chunks {
			n += len(c.Bytes)
		}
		if n > len(p) {
			t.Errorf("%d bytes of %d", n, len(p))
		}
		back, ok := hexdump.Parse([]byte(hex.Dump(p)))
		if len(p) > 0 && (!ok || cmp.Diff([]hexdump.Chunk{{Bytes: p}}, back) != "") {
			t.Errorf("%x became %v", p, back)
		}
	})
}
