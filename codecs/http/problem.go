package http

import (
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/json"
)

// maxText is how many bytes of an answer that is no JSON become a status's text.
const maxText = 1 << 10

// maxCauses is how many causes of a fault are read; what lies deeper is cut off.
const maxCauses = 16

// appendProblem appends a failure as RFC 9457 has it. fault is the exception in its neutral form, or empty.
func appendProblem(dst []byte, status int, s codecs.Status, fault []byte) []byte {
	dst = append(dst, `{"type":"about:blank","title":`...)
	dst = json.AppendString(dst, reason(status))
	dst = append(dst, `,"status":`...)
	dst = strconv.AppendInt(dst, int64(status), 10)
	var o object
	message := s.Text
	thrown := len(fault) > 0 && o.read(fault) == nil
	if thrown {
		if message = o.text(); s.Text == "" {
			s.Text = message
		}
	}
	if s.Text != "" {
		dst = append(dst, `,"detail":`...)
		dst = json.AppendString(dst, s.Text)
	}
	dst = append(dst, `,"code":"`...)
	dst = append(append(dst, s.Code.String()...), '"')
	if thrown || s.Code == codecs.Fault {
		dst = o.appendParts(append(dst, ','), message, 0)
	}
	return append(dst, '}')
}

// object is a JSON object that says what went wrong: a problem, a fault in its neutral form, or whatever a service answers
// with. The members are as they stand in JSON; nil: not there.
type object struct {
	class, message, fields, cause, trace []byte
	code, detail, err, title             []byte
	rest                                 []member
}

// read takes an object apart; of equal members the first counts.
func (o *object) read(p []byte) error {
	*o = object{}
	s := json.Scan(p)
	var key []byte
	for s.Object(); s.Member(&key); {
		var to *[]byte
		switch string(key) {
		case "class":
			to = &o.class
		case "message":
			to = &o.message
		case "fields":
			to = &o.fields
		case "cause":
			to = &o.cause
		case "trace":
			to = &o.trace
		case "code":
			to = &o.code
		case "detail":
			to = &o.detail
		case "error":
			to = &o.err
		case "title":
			to = &o.title
		case "type", "status", "instance":
			s.Value()
			continue
		default:
			o.rest = append(o.rest, member{append([]byte(nil), key...), s.Value()})
			continue
		}
		if v := s.Value(); *to == nil {
			*to = v
		}
	}
	return s.End()
}

// text is what the object says for people. A message that is null says that there is none.
func (o *object) text() string {
	if string(o.message) == "null" {
		return ""
	}
	for _, span := range [...][]byte{o.message, o.detail, o.err, o.title} {
		if isText(span) && len(span) > len(`""`) {
			return unquote(span)
		}
	}
	return ""
}

// appendParts appends the members of a fault's neutral form, all but the brackets; text is the message if the object has none.
func (o *object) appendParts(dst []byte, text string, depth int) []byte {
	dst = append(dst, `"class":`...)
	if isText(o.class) {
		dst = append(dst, o.class...)
	} else {
		dst = append(dst, `""`...)
	}
	dst = append(dst, `,"message":`...)
	switch {
	case isText(o.message):
		dst = append(dst, o.message...)
	case text != "":
		dst = json.AppendString(dst, text)
	default:
		dst = append(dst, "null"...)
	}
	dst = append(dst, `,"fields":`...)
	if len(o.fields) > 0 && o.fields[0] == '{' {
		dst = append(dst, o.fields...)
	} else {
		dst = appendObject(dst, o.rest)
	}
	dst = append(dst, `,"cause":`...)
	var cause object
	if depth < maxCauses && cause.read(o.cause) == nil {
		dst = append(cause.appendParts(append(dst, '{'), cause.text(), depth+1), '}')
	} else {
		dst = append(dst, "null"...)
	}
	if isTrace(o.trace) {
		dst = append(append(dst, `,"trace":`...), o.trace...)
	}
	return dst
}

// appendThrown appends a fault in its neutral form.
func (o *object) appendThrown(dst []byte) []byte {
	return append(o.appendParts(append(dst, '{'), o.text(), 0), '}')
}

func appendObject(dst []byte, members []member) []byte {
	dst = append(dst, '{')
	for i, m := range members {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(json.AppendString(dst, string(m.name)), ':')
		dst = append(dst, m.value...)
	}
	return append(dst, '}')
}

func isText(span []byte) bool { return len(span) > 0 && span[0] == '"' }

func isTrace(span []byte) bool {
	s := json.Scan(span)
	texts := true
	for s.List(); s.Element(); {
		texts = isText(s.Value()) && texts
	}
	return texts && s.End() == nil
}

func unquote(span []byte) string {
	return strings.ToValidUTF8(string(json.Unquote(nil, span)), "\uFFFD")
}

// failure reads an answer outside 2xx by the rules of docs/http.md. thrown is the exception of a fault, appended to dst.
func failure(dst []byte, status int, isJSON bool, body []byte) (s codecs.Status, thrown []byte) {
	s = codecs.Status{Code: codeOf(status)}
	if !ofHop(status) {
		s.Native = codecs.Native{Of: Name, Code: int32(status)}
	}
	if s.Code == codecs.OK { // not an answer that a request of ours may get
		s.Code = codecs.Internal
	}
	var o object
	if !isJSON || o.read(body) != nil {
		if s.Text = strings.ToValidUTF8(string(body[:min(len(body), maxText)]), "\uFFFD"); s.Text == "" {
			s.Text = strconv.Itoa(status) + " " + reason(status)
		}
		return s, nil
	}
	s.Text = cut(o.text())
	if isText(o.class) {
		s.Code, s.Class = codecs.Fault, string(json.Unquote(nil, o.class))
	} else if isText(o.code) {
		if c, ok := codeNamed(json.Unquote(nil, o.code)); ok {
			s.Code = c
		}
	}
	if s.Code != codecs.Fault {
		return s, nil
	}
	return s, o.appendThrown(dst)
}

// faultIn looks for a member of a good answer that makes it a fault.
func faultIn(dst []byte, name string, body []byte) (s codecs.Status, thrown []byte, is bool) {
	sc := json.Scan(body)
	if sc.Kind() != '{' {
		return s, nil, false
	}
	var key, found []byte
	for sc.Object(); sc.Member(&key); {
		if v := sc.Value(); string(key) == name && found == nil {
			found = v
		}
	}
	if sc.End() != nil {
		return s, nil, false
	}
	switch string(found) {
	case "", "null", "false", "0", `""`:
		return s, nil, false
	}
	var o object
	if o.read(found) != nil {
		o = object{message: found}
		if !isText(found) {
			o.message = json.AppendString(nil, string(found))
		}
	}
	s = codecs.Status{Code: codecs.Fault, Text: cut(o.text())}
	if isText(o.class) {
		s.Class = string(json.Unquote(nil, o.class))
	}
	return s, o.appendThrown(dst), true
}

func cut(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "")
}
