package grpc

import (
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/h2"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// The Hint of a request: that its metadata is a gRPC caller's, and the content type to go on with.
const (
	hintMark  = uint64('g'<<24|'r'<<16|'p'<<8|'c') << 32
	hintMask  = uint64(1<<32-1) << 32
	hintMedia = 3 // an index of medias; the one behind the last: what stands in the metadata
)

// medias are the content types that need no place in the metadata.
var medias = [hintMedia]string{mediaPlain, mediaProto, mediaJSON}

// readRequest reads the head of a request. Whatever is wrong with it is answered in gRPC's words.
func (x *exchange) readRequest(m *codecs.Message, block []h2.Field, end bool) error {
	m.Kind, m.Bare, m.End, m.Stream = codecs.Request, true, end, true
	m.Args, m.Hint, m.Meta.Loaded = -1, hintMark, true
	var bad error
	for i := range block {
		if err := x.requestField(m, block, i); bad == nil {
			bad = err
		}
	}
	m.Format = codecs.Format{Encoding: m.Format.Encoding, Zip: m.Format.Zip, Shape: codecs.Args}
	x.in.format = m.Format
	if bad == nil && m.Service == "" {
		bad = codecs.Errorf(codecs.Unimplemented, "grpc: decode request: there is no path")
	}
	return bad
}

func (x *exchange) requestField(m *codecs.Message, block []h2.Field, i int) error {
	switch f := &block[i]; f.Name {
	case ":method":
		if f.Value != "POST" {
			return codecs.Errorf(codecs.Unimplemented, "grpc: decode request: method %.32q, calls are made with POST", f.Value)
		}
	case ":path":
		return readPath(&m.Header, f.Value)
	case fieldType:
		x.readMedia(m, f.Value)
	case fieldTimeout:
		d, ok := parseTimeout(f.Value)
		if m.Timeout = d; !ok {
			return codecs.Errorf(codecs.Malformed, "grpc: decode request: grpc-timeout %.32q", f.Value)
		}
	case fieldZip:
		m.Format.Zip = zipOf(f.Value)
	case fieldVersion:
		m.Version = unescape(f.Value)
	case fieldGroup:
		m.Group = unescape(f.Value)
	default:
		if !isCarried(f.Name) {
			addMeta(&m.Meta, block, i)
		}
	}
	return nil
}

// readPath takes a path apart as gRPC servers do: the method stands behind the last slash, and nothing is escaped.
func readPath(h *codecs.Header, path string) error {
	i := strings.LastIndexByte(path, '/')
	if i < 2 || path[0] != '/' || i == len(path)-1 || !isName(path) {
		return codecs.Errorf(codecs.Unimplemented, "grpc: decode request: path %.128q is not /service/method", path)
	}
	h.Service, h.Method = path[1:i], path[i+1:]
	return nil
}

// isName says whether a text may stand in a path.
func isName(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return s != ""
}

// readMedia takes the content type, which the reply has too.
func (x *exchange) readMedia(m *codecs.Message, media string) {
	sub, _ := subtype(media)
	m.Format.Encoding, x.media = encodingOf(sub), media
	for i := range medias {
		if media == medias[i] {
			m.Hint |= uint64(i)
			return
		}
	}
	m.Hint |= hintMedia
	m.Meta.Add(fieldType, media)
}

func zipOf(value string) string {
	if value == "identity" {
		return ""
	}
	return value
}

// writeRequest puts the head of a request, and the message that may come with it.
func (x *exchange) writeRequest(p *h2.Parts, m *codecs.Message) error {
	own := m.Hint&hintMask == hintMark
	path, err := writePath(&m.Header)
	if err != nil {
		return err
	}
	if err := x.chooseMedia(m, own); err != nil {
		return err
	}
	x.out.zip = m.Format.Zip
	if err := x.payload(p, m); err != nil {
		return err
	}
	p.Head = x.appendStart(p.Head, m, path, own)
	if m.Timeout > 0 {
		var b [9]byte
		p.Head = append(p.Head, h2.Field{Name: fieldTimeout, Value: string(appendTimeout(b[:0], m.Timeout))})
	}
	if m.Format.Zip != "" {
		p.Head = append(p.Head, h2.Field{Name: fieldZip, Value: m.Format.Zip})
	}
	if m.Version != "" {
		p.Head = append(p.Head, h2.Field{Name: fieldVersion, Value: escapeEnds(m.Version)})
	}
	if m.Group != "" {
		p.Head = append(p.Head, h2.Field{Name: fieldGroup, Value: escapeEnds(m.Group)})
	}
	p.Head = appendMeta(p.Head, &m.Meta, own)
	return nil
}

// appendStart appends the fields that every request has.
func (x *exchange) appendStart(fields []h2.Field, m *codecs.Message, path string, own bool) []h2.Field {
	scheme, authority := "http", x.set.Options[optionAuthority]
	if x.set.TLS {
		scheme = "https"
	}
	if authority == "" {
		authority = x.set.Addr
	}
	agent, ok := "", false
	if own {
		agent, ok = m.Meta.Get(fieldAgent)
	}
	if !ok {
		agent = x.set.Name
	}
	return append(fields, h2.Field{Name: ":method", Value: "POST"}, h2.Field{Name: ":scheme", Value: scheme}, h2.Field{Name: ":path", Value: path},
		h2.Field{Name: ":authority", Value: authority}, h2.Field{Name: fieldType, Value: x.media}, h2.Field{Name: "te", Value: "trailers"},
		h2.Field{Name: fieldAgent, Value: agent})
}

// writePath makes the path. Names that gRPC cannot say, or would read as others, are refused.
func writePath(h *codecs.Header) (string, error) {
	var room [256]byte
	path := append(append(append(append(room[:0], '/'), h.Service...), '/'), h.Method...)
	if !isName(h.Service) || !isName(h.Method) || strings.IndexByte(h.Method, '/') >= 0 {
		return "", codecs.Errorf(codecs.Invalid, "grpc: encode request: service %.128q, method %.128q cannot stand in a path", h.Service, h.Method)
	}
	return wire.Intern(path), nil
}

// chooseMedia sets the content type: a gRPC caller's own, else that of the body.
func (x *exchange) chooseMedia(m *codecs.Message, own bool) error {
	switch kind := m.Hint & hintMedia; {
	case own && kind < hintMedia:
		x.media = medias[kind]
	case own:
		media, ok := m.Meta.Get(fieldType)
		if _, valid := subtype(media); !ok || !valid || !isPrintable(media) {
			return codecs.Errorf(codecs.Internal, "grpc: encode request: content type %.64q", media)
		}
		x.media = media
	case m.Format.Encoding == encodingProto:
		x.media = mediaPlain
	case m.Format.Encoding == encodingJSON:
		x.media = mediaJSON
	default:
		return codecs.Errorf(codecs.Unimplemented, "grpc: encode request: a body in %q, want proto or json", m.Format.Encoding)
	}
	return nil
}
