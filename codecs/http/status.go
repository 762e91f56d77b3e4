package http

import "github.com/dragoman-rpc/dragoman/codecs"

// Row is one status code and what it means, for docs/status.md.
type Row struct {
	Status int
	Name   string
	Code   codecs.Code // what an answer with this status is read as, if its body does not say better
}

// Rows gives the table by which answers are read. Of codes that are not in it 4xx reads as Invalid, the rest as Internal.
func Rows() []Row { return append([]Row(nil), rows[:]...) }

var rows = [...]Row{
	{200, "OK", codecs.OK},
	{202, "Accepted", codecs.OK},
	{204, "No Content", codecs.OK},
	{400, "Bad Request", codecs.Invalid},
	{401, "Unauthorized", codecs.Denied},
	{403, "Forbidden", codecs.Denied},
	{404, "Not Found", codecs.NotFound},
	{405, "Method Not Allowed", codecs.Unimplemented},
	{407, "Proxy Authentication Required", codecs.Denied},
	{408, "Request Timeout", codecs.Expired},
	{409, "Conflict", codecs.Fault},
	{410, "Gone", codecs.NotFound},
	{413, "Content Too Large", codecs.Invalid},
	{414, "URI Too Long", codecs.Invalid},
	{415, "Unsupported Media Type", codecs.Invalid},
	{417, "Expectation Failed", codecs.Invalid},
	{422, "Unprocessable Content", codecs.Fault},
	{429, "Too Many Requests", codecs.Limited},
	{431, "Request Header Fields Too Large", codecs.Invalid},
	{499, "Client Closed Request", codecs.Canceled},
	{500, "Internal Server Error", codecs.Fault},
	{501, "Not Implemented", codecs.Unimplemented},
	{502, "Bad Gateway", codecs.Unavailable},
	{503, "Service Unavailable", codecs.Unavailable},
	{504, "Gateway Timeout", codecs.Expired},
	{505, "HTTP Version Not Supported", codecs.Internal},
}

// StatusCode gives the status that a reply with Code c is written with.
func StatusCode(c codecs.Code) int {
	switch c {
	case codecs.OK:
		return 200
	case codecs.Fault, codecs.Internal:
		return 500
	case codecs.Canceled:
		return 499
	case codecs.Expired:
		return 504
	case codecs.Invalid:
		return 400
	case codecs.NotFound:
		return 404
	case codecs.Denied:
		return 403
	case codecs.Limited:
		return 429
	case codecs.Unavailable:
		return 503
	case codecs.Unimplemented:
		return 501
	case codecs.Malformed:
		return 502
	}
	return 500
}

// codeOf reads a status.
func codeOf(status int) codecs.Code {
	for i := range rows {
		if rows[i].Status == status {
			return rows[i].Code
		}
	}
	switch status / 100 {
	case 2:
		return codecs.OK
	case 4:
		return codecs.Invalid
	}
	return codecs.Internal
}

// statusOf gives the status of a failure: the one an HTTP peer or this codec gave, else that of its Code.
func statusOf(s codecs.Status) int {
	if c := s.Native.Code; s.Native.Of == Name && c >= 400 && c <= 599 {
		return int(c)
	}
	return StatusCode(s.Code)
}

// ofHop says whether a status speaks of one connection, its heads or its credentials, and so means nothing to a caller
// on another.
func ofHop(status int) bool {
	switch status {
	case 401, 405, 407, 408, 411, 413, 414, 415, 417, 421, 425, 426, 431, 505, 511:
		return true
	}
	return false
}

// reason gives the words for a status.
func reason(status int) string {
	for i := range rows {
		if rows[i].Status == status {
			return rows[i].Name
		}
	}
	return "Status"
}

// codeNamed finds a Code by the name it has in problems.
func codeNamed(name []byte) (codecs.Code, bool) {
	for c := range codecs.Code(codecs.Codes) {
		if c != codecs.OK && c.String() == string(name) {
			return c, true
		}
	}
	return 0, false
}
