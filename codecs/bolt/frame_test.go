package bolt

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// unhex reads hex with spaces and comments.
func unhex(t testing.TB, text string) []byte {
	t.Helper()
	var p []byte
	digits, high := 0, byte(0)
	for line := range strings.Lines(text) {
		data, _, _ := strings.Cut(line, "#")
		for _, c := range strings.Join(strings.Fields(data), "") {
			v := strings.IndexRune("0123456789abcdef", c)
			if v < 0 {
				t.Fatalf("%q is no hex", c)
			}
			if digits++; digits%2 == 1 {
				high = byte(v) << 4
			} else {
				p = append(p, high|byte(v))
			}
		}
	}
	return p
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../fixtures/bolt", name+".hex"))
	if err != nil {
		t.Fatal(err)
	}
	return unhex(t, string(text))
}

func open(side codecs.Side, options ...string) codecs.Session {
	set := codecs.Settings{Options: map[string]string{}}
	for i := 0; i < len(options); i += 2 {
		set.Options[options[i]] = options[i+1]
	}
	return Codec{}.Session(side, set)
}

func decode(t testing.TB, s codecs.Session, p []byte) codecs.Message {
	t.Helper()
	var m codecs.Message
	n, err := s.Decode(&m, p)
	if err != nil || n != len(p) {
		t.Fatalf("took %d of %d bytes: %v", n, len(p), err)
	}
	return m
}

func encode(t testing.TB, s codecs.Session, m codecs.Message) []byte {
	t.Helper()
	var out wire.Out
	defer out.Reset()
	if _, err := s.Encode(&out, &m); err != nil {
		t.Fatal(err)
	}
	return out.AppendTo(nil)
}

func load(t testing.TB, s codecs.Session, m *codecs.Message) {
	t.Helper()
	if err := s.(codecs.MetaLoader).LoadMeta(m); err != nil {
		t.Fatal(err)
	}
}

// TestHeads has heads that are refused, and the least of each that is enough for it.
func TestHeads(t *testing.T) {
	for _, c := range []struct{ name, head, want string }{
		{"no protocol of ours", "03", "bolt: decode head: byte 03 where protocol 1 or 2 is due"},
		{"version 0 of protocol 2", "0200", "bolt: decode head: version 0 of protocol 2, not 1 or 2"},
		{"a type", "0103", "bolt: decode head: type 3, not 0 to 2"},
		{"a switch", "0201010001 01 00000001 01 80 ffffffff 0000 0000 00000000", "bolt: decode head: switch 80"},
		{"a response with the command of a request", "0100 0001 01 00000001 01 0000 0000 0000 00000000", "bolt: decode head: command 1 in a frame of type 0"},
		{"a request with the command of a response", "0101 0002 01 00000001 01 ffffffff 0000 0000 00000000", "bolt: decode head: command 2 in a frame of type 1"},
		{"a command of a response", "0100 0007 01 00000001 01 0000 0000 0000 00000000", "bolt: decode head: command 7 in a frame of type 0"},
		{"a negative class", "0101 0001 01 00000001 01 ffffffff 8000 0000 00000000", "bolt: decode head: lengths -32768, 0 and 0"},
		{"a negative content", "0101 0001 01 00000001 01 ffffffff 0000 0000 80000000", "bolt: decode head: lengths 0, 0 and -2147483648"},
		{"a long content", "0101 0001 01 00000001 01 ffffffff 0000 0000 7fffffff", "bolt: decode head: frame of 2147483669 bytes over limit 8388608"},
		{"a checksum", "0202010000 01 00000002 01 01 00000bb8 0000 0000 00000000 b4e5214f", "bolt: decode frame: checksum b4e5214f of bytes that have b4e5214e"},
	} {
		p := unhex(t, c.head)
		var m codecs.Message
		s := open(codecs.Server)
		for cut := range p {
			if n, err := s.Decode(&m, p[:cut]); n != 0 || err != nil {
				t.Errorf("%s: %d of %d bytes: took %d, %v", c.name, cut, len(p), n, err)
			}
		}
		if n, err := s.Decode(&m, p); n != 0 || err == nil || err.Error() != c.want {
			t.Errorf("%s: took %d: %v, want %s", c.name, n, err, c.want)
		}
		m.Release()
	}
}

// TestPass: every call goes out with another id and else as it came, in the version that the other side speaks; a checksum holds.
func TestPass(t *testing.T) {
	paths, err := filepath.Glob("../../fixtures/bolt/*.hex")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".hex")
		p := fixture(t, name)
		for _, version := range []string{version1, version2, version2CRC} {
			side := codecs.Server
			if p[1] == typeResponse || p[0] == 2 && p[2] == typeResponse {
				side = codecs.Client
			}
			m := decode(t, open(side), p)
			if m.Frame.Of == "" {
				continue
			}
			writer := open(codecs.Client, "version", version)
			if m.Kind == codecs.Reply {
				writer = open(codecs.Server)
				m.Hint = hintMark | codecHessian | map[string]shape{version2: {v2: true, ver1: 1}, version2CRC: {v2: true, ver1: 2, crc: true}}[version].hint()
			}
			m.ID = 0x80000001
			got := encode(t, writer, m)
			var was, is head
			if _, err := was.parse(p); err != nil {
				t.Fatal(err)
			}
			if _, err := is.parse(got); err != nil {
				t.Fatal(err)
			}
			if is.id != 0x80000001 || is.v2 != (version != version1) || is.crc != (version == version2CRC) || int(is.total()) != len(got) {
				t.Errorf("%s to %s: %+v of %d bytes", name, version, is, len(got))
			}
			sections := func(h head, p []byte) []byte { return p[h.size() : h.size()+h.class+h.header+h.content] }
			if !bytes.Equal(sections(was, p), sections(is, got)) || was.timeout != is.timeout || was.status != is.status || was.codec != is.codec {
				t.Errorf("%s to %s: changed:\n%x\n%x", name, version, p, got)
			}
			if is.crc && crc32.ChecksumIEEE(got[:len(got)-4]) != binary.BigEndian.Uint32(got[len(got)-4:]) {
				t.Errorf("%s to %s: the checksum is wrong", name, version)
			}
		}
	}
}

// TestHurry: less time goes into the head and into the header map of an intact frame, more does not.
func TestHurry(t *testing.T) {
	w := wants{codec: codecJSON}
	h := head{shape: w.shape, kind: typeRequest, command: cmdRequest, id: 1, codec: codecJSON, timeout: 3000}
	var out wire.Out
	f := begin(&out, h, classRequest)
	f.pair(keyService, "a.B:1.0")
	f.pair(keyMethod, "m")
	f.pair(keyRemaining, "2500")
	f.close()
	if err := f.end(wire.Borrow([]byte("[]")), 1<<20); err != nil {
		t.Fatal(err)
	}
	p := out.AppendTo(nil)
	for _, c := range []struct {
		ms         int
		head, left string
	}{{5000, "00000bb8", "2500"}, {2700, "00000a8c", "2500"}, {42, "0000002a", "0042"}} {
		m := decode(t, open(codecs.Server), p)
		if m.Timeout.Milliseconds() != 2500 {
			t.Fatalf("timeout %v", m.Timeout)
		}
		m.Timeout = time.Duration(c.ms) * time.Millisecond
		got := encode(t, open(codecs.Client), m)
		if head := fmt.Sprintf("%x", got[10:14]); head != c.head || !bytes.Contains(got, []byte(c.left)) || len(got) != len(p) {
			t.Errorf("with %d ms: head %s, want %s, and %s in %q", c.ms, head, c.head, c.left, got)
		}
	}
}
