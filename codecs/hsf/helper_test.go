package hsf

import (
	"encoding/binary"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// sample is a request being put together, by the drawing in codec.go and not by Encode.
type sample struct {
	codec            byte
	id               uint64
	timeout          uint32
	service, method  string
	types, arguments []string
	props            string
}

func (r sample) bytes() []byte {
	p := binary.BigEndian.AppendUint64([]byte{14, 1, 0, r.codec, 0, 0, 0}, r.id)
	p = binary.BigEndian.AppendUint32(p, r.timeout)
	p = appendLengths(p, r.service, r.method)
	p = binary.BigEndian.AppendUint32(p, uint32(len(r.arguments)))
	p = appendLengths(appendLengths(p, r.types...), r.arguments...)
	p = appendLengths(p, r.props)
	p = append(append(p, r.service...), r.method...)
	for _, s := range append(append([]string{}, r.types...), r.arguments...) {
		p = append(p, s...)
	}
	return append(p, r.props...)
}

func appendLengths(p []byte, all ...string) []byte {
	for _, s := range all {
		p = binary.BigEndian.AppendUint32(p, uint32(len(s)))
	}
	return p
}

// get is a request for com.acme.User.get(7L).
func get(codec byte, service string) sample {
	return sample{codec, 1, 3000, service, "get", []string{"long"}, []string{"\xe7"}, ""}
}

// invoke is a generic call; its parts are Hessian already.
func invoke(parts ...string) sample {
	types := []string{"java.lang.String", "[Ljava.lang.String;", "[Ljava.lang.Object;"}
	return sample{4, 1, 3000, "com.acme.User:1.0.0", "$invoke", types, parts, ""}
}

func answer(status, codec byte, body string) []byte {
	p := binary.BigEndian.AppendUint64([]byte{14, 1, 1, status, codec, 0, 0, 0}, 1)
	return append(binary.BigEndian.AppendUint32(p, uint32(len(body))), body...)
}

// str is a string in Hessian 2.
func str(s string) string { return string(hessian.AppendString(nil, s)) }

func server(options ...string) *session { return newSession(codecs.Server, options...) }
func client(options ...string) *session { return newSession(codecs.Client, options...) }

func newSession(side codecs.Side, options ...string) *session {
	set := codecs.Settings{Options: map[string]string{}}
	for i := 0; i < len(options); i += 2 {
		set.Options[options[i]] = options[i+1]
	}
	return Codec{}.Session(side, set).(*session)
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

func mustLoad(t testing.TB, s *session, m *codecs.Message) {
	t.Helper()
	if err := s.LoadMeta(m); err != nil {
		t.Fatalf("load metadata: %v", err)
	}
}

func mustEncode(t testing.TB, s *session, m *codecs.Message) []byte {
	t.Helper()
	p, err := encode(s, m)
	if err != nil {
		t.Fatalf("encode: %v", err)
	}
	return p
}

func encode(s *session, m *codecs.Message) ([]byte, error) {
	var out wire.Out
	_, err := s.Encode(&out, m)
	return out.AppendTo(nil), err
}
