package http

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// pathChar tells what may stand in a path as it is: RFC 3986 §3.3, and the escape.
var pathChar = charset("/-._~!$&'()*+,;=:@%0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")

// path reads the service and the method from a path; false: it is refused.
func (r *requestHead) path(p []byte) bool {
	for _, c := range p {
		if !pathChar[c] {
			r.refused = refuse(400, codecs.Invalid, "decode request: path holds %q", c)
			return false
		}
	}
	name := p[1:]
	if bytes.IndexByte(p, '%') >= 0 {
		var ok bool
		if name, ok = decodePath(name); !ok {
			r.refused = refuse(400, codecs.Invalid, "decode request: escapes in path %.64q", p)
			return false
		}
	}
	i := bytes.LastIndexByte(name, '/')
	if i <= 0 || i == len(name)-1 {
		r.refused = refuse(404, codecs.NotFound, "decode request: path %.64q is not /{service}/{method}", p)
		return false
	}
	// One slash may begin the service's name: //service/user/get is get of /service/user.
	if !plainSegments(strings.TrimPrefix(string(name), "/")) {
		r.refused = refuse(400, codecs.Invalid, "decode request: segments of path %.64q", p)
		return false
	}
	r.h.Service, r.h.Method = wire.Intern(name[:i]), wire.Intern(name[i+1:])
	return true
}

// decodePath undoes the escapes of a path, none of which may make what other programs would take for its structure.
func decodePath(p []byte) (name []byte, ok bool) {
	name, ok = percentDecode(make([]byte, 0, len(p)), p)
	if !ok || bytes.Count(name, []byte("/")) != bytes.Count(p, []byte("/")) || !utf8.Valid(name) {
		return nil, false
	}
	for _, c := range name {
		if c < ' ' || c == 0x7f || c == '\\' {
			return nil, false
		}
	}
	return name, true
}

// plainSegments says that nobody would make a path of another meaning from this one: no empty, "." or ".." segment.
func plainSegments(path string) bool {
	for more := true; more; {
		var segment string
		segment, path, more = strings.Cut(path, "/")
		if segment == "" || segment == "." || segment == ".." {
			return false
		}
	}
	return true
}

// template is a path with the places {service} and {method}.
type template struct {
	parts []string // literal, place, literal, …
	err   error
}

func checkPath(s string) error { return newTemplate(s).err }

func newTemplate(s string) template {
	parts, ok := splitTemplate(s)
	for i := 1; ok && i < len(parts); i += 2 {
		ok = parts[i] == "service" || parts[i] == "method"
	}
	if !ok {
		return template{err: codecs.Errorf(codecs.Internal, "http: option path: %.64q is no path with {service} and {method}", s)}
	}
	return template{parts: parts}
}

// splitTemplate takes a path with {places} apart: literals and names of places in turn.
func splitTemplate(s string) (parts []string, ok bool) {
	if !strings.HasPrefix(s, "/") {
		return nil, false
	}
	for {
		literal, rest, more := strings.Cut(s, "{")
		if !isLiteral(literal) {
			return nil, false
		}
		parts = append(parts, literal)
		if !more {
			return parts, true
		}
		var place string
		if place, s, more = strings.Cut(rest, "}"); !more || place == "" {
			return nil, false
		}
		parts = append(parts, place)
	}
}

func isLiteral(s string) bool {
	for i := range len(s) {
		if !pathChar[s[i]] && s[i] != '?' {
			return false
		}
	}
	return true
}

// append fills the places in.
func (t *template) append(dst []byte, service, method string) ([]byte, error) {
	if t.err != nil {
		return dst, t.err
	}
	service = strings.TrimPrefix(service, "/")
	if !plainSegments(service) || !plainSegments(method) {
		return dst, codecs.Errorf(codecs.Invalid, "http: encode request: %.64q and %.64q make no path", service, method)
	}
	for i, part := range t.parts {
		switch {
		case i&1 == 0:
			dst = append(dst, part...)
		case part == "service":
			dst = appendSegments(dst, service)
		default:
			dst = appendKept(dst, method, &segmentChar)
		}
	}
	return dst, nil
}

func appendSegments(dst []byte, s string) []byte {
	for i, more := 0, true; more; i++ {
		var segment string
		segment, s, more = strings.Cut(s, "/")
		if i > 0 {
			dst = append(dst, '/')
		}
		dst = appendKept(dst, segment, &segmentChar)
	}
	return dst
}
