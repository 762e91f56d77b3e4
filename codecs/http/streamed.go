package http

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// form is how what comes back is written: whole, or as a stream of values, each on a line or in an event of its own.
//
//	application/x-ndjson    VALUE LF … and behind the last one, if it failed, {"error": PROBLEM} LF
//	text/event-stream       "data: " VALUE LF LF … and "event: error" LF "data: " PROBLEM LF LF
type form uint8

const (
	whole  form = iota // one JSON document
	lined              // application/x-ndjson
	events             // text/event-stream (the HTML standard, §9.2)
)

var formMedia = [...]string{whole: typeJSON, lined: "application/x-ndjson", events: "text/event-stream"}

// piece is a message of a streamed reply: a payload with what stands around it.
type piece struct {
	before, after string
	none          bool // there is no payload
	made          bool // it is text and not the message's Body
	text          []byte
}

// size is the length of the piece in bytes.
func (p *piece) size(m *codecs.Message) int {
	switch {
	case p.none:
		return 0
	case p.made:
		return len(p.before) + len(p.text) + len(p.after)
	}
	return len(p.before) + m.Body.Len() + len(p.after)
}

// piece says how one message is written. What it makes itself is appended to dst.
func (f form) piece(m *codecs.Message, dst []byte) (piece, error) {
	p := piece{after: "\n"}
	if f == events {
		p.before, p.after = "data: ", "\n\n"
	}
	switch {
	case m.Status.Code != codecs.OK:
		if err := checkFaultBody(m); err != nil {
			return piece{}, err
		}
		p.made, p.text = true, f.appendFailure(dst, m)
		if f == events {
			p.before = "event: error\n" + p.before
		}
	case m.Part:
		return piece{}, codecs.Errorf(codecs.Unimplemented, "http: encode reply: a value comes in pieces")
	case m.Bare:
		p.none = true
	case m.Format.Shape == codecs.Void || m.Body.Len() == 0:
		p.made, p.text = true, noValue
	case !isEncoding(m.Format):
		return piece{}, codecs.Errorf(codecs.Internal, "http: encode reply: body in %v", m.Format)
	case bytes.ContainsAny(m.Body.Bytes(), "\r\n"):
		p.made, p.text = true, append(dst, m.Body.Bytes()...)
		flatten(p.text)
	}
	return p, nil
}

func (f form) appendFailure(dst []byte, m *codecs.Message) []byte {
	if f == lined {
		dst = append(dst, `{"error":`...)
	}
	from := len(dst)
	dst = appendProblem(dst, statusOf(m.Status), m.Status, m.Body.Bytes())
	flatten(dst[from:])
	if f == lined {
		dst = append(dst, '}')
	}
	return dst
}

// flatten takes the line ends out of JSON, where they are white space and would end a line or an event.
func flatten(text []byte) {
	for i, c := range text {
		if c == '\r' || c == '\n' {
			text[i] = ' '
		}
	}
}

// preference is what Accept asks for: of the media types that we write, the first of the highest quality.
type preference struct {
	form    form
	quality int // in thousandths
}

// field takes one Accept.
func (a *preference) field(value []byte) {
	for len(value) > 0 {
		var one []byte
		one, value, _ = bytes.Cut(value, []byte(","))
		media, params, _ := bytes.Cut(one, []byte(";"))
		f, ok := formOf(bytes.Trim(media, " \t"))
		if q := quality(params); ok && q > a.quality {
			*a = preference{f, q}
		}
	}
}

func formOf(media []byte) (form, bool) {
	if string(media) == "*/*" || foldEqual(media, "application/*") {
		return whole, true
	}
	for f, m := range formMedia {
		if foldEqual(media, m) {
			return form(f), true
		}
	}
	return whole, false
}

// quality reads the weight (RFC 9110 §12.4.2) among the parameters of a media type, in thousandths. What is no weight counts as 1.
func quality(params []byte) int {
	for len(params) > 0 {
		var one []byte
		one, params, _ = bytes.Cut(params, []byte(";"))
		name, value, _ := bytes.Cut(bytes.Trim(one, " \t"), []byte("="))
		if !foldEqual(name, "q") || len(value) == 0 || len(value) > len("0.000") || value[0] != '0' {
			continue
		}
		q := 0
		for i, unit := 2, 100; i < len(value); i, unit = i+1, unit/10 {
			if value[1] != '.' || value[i] < '0' || value[i] > '9' {
				return 1000
			}
			q += int(value[i]-'0') * unit
		}
		return q
	}
	return 1000
}
