package h2

import "strings"

// What RFC 9113 §8 asks of header blocks. A block that breaks it is an error of its stream, whatever the mapping.

// blockHead is what a session itself must know of a block.
type blockHead struct {
	status  int  // of a response
	length  int  // Content-Length; -1: none
	connect bool // a CONNECT
	expects bool // a request waits for a 100 before it goes on
}

// checkRequest reads the block that opens a request. why is empty, or says what is wrong with it.
func checkRequest(block []Field) (h blockHead, why string) {
	h.length = -1
	var method, scheme, path, authority string
	i := 0
	for ; i < len(block) && isPseudo(block[i].Name); i++ {
		var at *string
		switch block[i].Name {
		case ":method":
			at = &method
		case ":scheme":
			at = &scheme
		case ":path":
			at = &path
		case ":authority":
			at = &authority
		default:
			return h, "pseudo field that no request has"
		}
		switch {
		case *at != "":
			return h, "pseudo field twice"
		case block[i].Value == "" && at != &authority || !isValue(block[i].Value):
			return h, "pseudo field without a value"
		}
		*at = block[i].Value
	}
	h.connect = method == "CONNECT"
	switch {
	case method == "":
		return h, "no :method"
	case !isName(method, &tokenChar):
		return h, "a :method that is no token"
	case h.connect && (scheme != "" || path != "" || authority == ""):
		return h, "a CONNECT with more than an :authority"
	case !h.connect && (scheme == "" || path == ""):
		return h, "no :scheme or no :path"
	case !h.connect && path[0] != '/' && (path != "*" || method != "OPTIONS"):
		return h, "a :path without a slash"
	case strings.IndexByte(authority, '@') >= 0:
		return h, "an :authority with user information"
	}
	return h, h.fields(block[i:], authority)
}

// checkResponse reads the block that opens a response, or an informational one.
func checkResponse(block []Field) (h blockHead, why string) {
	h.length = -1
	if len(block) == 0 || block[0].Name != ":status" || len(block[0].Value) != 3 {
		return h, "no :status of three digits"
	}
	for _, c := range []byte(block[0].Value) {
		if c < '0' || c > '9' {
			return h, "no :status of three digits"
		}
		h.status = h.status*10 + int(c-'0')
	}
	if h.status < 100 {
		return h, "a :status under 100"
	}
	return h, h.fields(block[1:], "")
}

func checkTrailers(block []Field) (why string) {
	var h blockHead
	h.length = -1
	return h.fields(block, "")
}

// fields reads the fields behind the pseudo fields.
func (h *blockHead) fields(block []Field, authority string) (why string) {
	for i := range block {
		name, value := block[i].Name, block[i].Value
		switch {
		case isPseudo(name):
			return "pseudo field out of place"
		case !isName(name, &nameChar):
			return "a field name that is none in lower case"
		case !isValue(value):
			return "a field value that holds what none may"
		}
		switch name {
		case "connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade":
			return "a field of HTTP/1 connections"
		case "te":
			if value != "trailers" {
				return "te is not trailers"
			}
		case "host":
			if authority != "" && !strings.EqualFold(value, authority) {
				return "host and :authority differ"
			}
		case "content-length":
			n, ok := number(value)
			if !ok || h.length >= 0 {
				return "a content-length that is none"
			}
			h.length = n
		case "expect":
			h.expects = strings.EqualFold(value, "100-continue")
		}
	}
	return ""
}

func isPseudo(name string) bool { return len(name) > 0 && name[0] == ':' }

// tokenChar tells what may stand in a method (RFC 9110 §5.6.2), nameChar what may stand in a field name of HTTP/2, valueChar what
// may stand in a value. Bytes beyond ASCII pass in values, as they always have.
var (
	tokenChar = charset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
	nameChar  = charset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")
	valueChar = values()
)

func charset(chars string) (set [256]bool) {
	for _, c := range []byte(chars) {
		set[c] = true
	}
	return set
}

func values() (set [256]bool) {
	for c := range set {
		set[c] = c >= ' ' && c != 0x7f || c == '\t'
	}
	return set
}

func isName(s string, set *[256]bool) bool {
	for i := range len(s) {
		if !set[s[i]] {
			return false
		}
	}
	return len(s) > 0
}

func isValue(s string) bool {
	for i := range len(s) {
		if !valueChar[s[i]] {
			return false
		}
	}
	return s == "" || !isBlank(s[0]) && !isBlank(s[len(s)-1])
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }

// number reads a decimal number of up to 15 digits.
func number(s string) (n int, ok bool) {
	if s == "" || len(s) > 15 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
