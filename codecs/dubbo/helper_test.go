package dubbo

import (
	"encoding/binary"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

const fixtureDir = "../../fixtures/dubbo"

func fixtures(t testing.TB) map[string][]byte {
	t.Helper()
	files, err := filepath.Glob(fixtureDir + "/*.hex")
	if err != nil || len(files) < 28 {
		t.Fatalf("%d fixtures, %v", len(files), err)
	}
	all := map[string][]byte{}
	for _, f := range files {
		all[strings.TrimSuffix(filepath.Base(f), ".hex")] = readHex(t, f)
	}
	return all
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	return readHex(t, fixtureDir+"/"+name+".hex")
}

func readHex(t testing.TB, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var digits strings.Builder
	for line := range strings.Lines(string(text)) {
		line, _, _ = strings.Cut(line, "#")
		digits.WriteString(strings.Join(strings.Fields(line), ""))
	}
	p, err := hex.DecodeString(digits.String())
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return p
}

func server(options ...string) *session { return newSession(codecs.Server, options...) }
func client(options ...string) *session { return newSession(codecs.Client, options...) }

func newSession(side codecs.Side, options ...string) *session {
	set := codecs.Settings{Name: "test", Options: map[string]string{}}
	for i := 0; i < len(options); i += 2 {
		set.Options[options[i]] = options[i+1]
	}
	return Codec{}.Session(side, set).(*session)
}

// sideOf is the side that reads a frame.
func sideOf(p []byte) codecs.Side {
	if p[2]&flagRequest != 0 {
		return codecs.Server
	}
	return codecs.Client
}

// frameOf makes a frame around a body.
func frameOf(flags, status byte, id uint64, body string) []byte {
	p := binary.BigEndian.AppendUint64([]byte{0xda, 0xbb, flags, status}, id)
	return append(binary.BigEndian.AppendUint32(p, uint32(len(body))), body...)
}

// str is a string in Hessian.
func str(s string) string { return string(hessian.AppendString(nil, s)) }

// call makes the body of a request; args and attachments are Hessian already.
func call(version, service, serviceVersion, method, desc, args, attachments string) string {
	return str(version) + str(service) + str(serviceVersion) + str(method) + str(desc) + args + attachments
}

// attached makes a map of strings.
func attached(pairs ...string) string {
	m := "H"
	for _, s := range pairs {
		m += str(s)
	}
	return m + "Z"
}

func mustDecode(t testing.TB, s *session, p []byte) codecs.Message {
	t.Helper()
	var m codecs.Message
	n, err := s.Decode(&m, p)
	if err != nil || n != len(p) {
		t.Fatalf("decode % x: took %d of %d, %v", p, n, len(p), err)
	}
	return m
}

func mustEncode(t testing.TB, s *session, m *codecs.Message) []byte {
	t.Helper()
	var out wire.Out
	more, err := s.Encode(&out, m)
	if more || err != nil {
		t.Fatalf("encode: more %v, %v", more, err)
	}
	return out.AppendTo(nil)
}
