package http

import "github.com/dragoman-rpc/dragoman/codecs"

// callee is what the server side of either version knows from its settings.
type callee struct {
	access access
	format string     // encoding of bodies
	table  func() any // gives the *lines that callers may use; nil: there are none
}

func newCallee(t *codecs.Traits, set *codecs.Settings) callee {
	c := callee{access: newAccess(t, *set), format: encoding, table: set.Lines}
	if set.Option(t, "longs") == "strings" {
		c.format = encodingStrings
	}
	return c
}

// lines gives the request lines that hold now, or nil.
func (c *callee) lines() *lines {
	if c.table == nil {
		return nil
	}
	l, _ := c.table().(*lines)
	return l
}

const (
	typeJSON    = "application/json"
	typeProblem = "application/problem+json"
)

// answer is how a whole reply stands in HTTP.
type answer struct {
	status int
	media  string // of the payload; "": there is none
	made   bool   // the payload is text and not the message's Body
	text   []byte
}

// size is the length of the payload in bytes.
func (a *answer) size(m *codecs.Message) int {
	if a.made {
		return len(a.text)
	}
	return m.Body.Len()
}

// answerTo says how a whole reply is written. What it makes itself is appended to dst.
func answerTo(m *codecs.Message, oneway bool, dst []byte) (answer, error) {
	switch {
	case !m.End || m.Part:
		return answer{}, codecs.Errorf(codecs.Unimplemented, "http: encode reply: it comes in pieces")
	case m.Status.Code != codecs.OK:
		if err := checkFaultBody(m); err != nil {
			return answer{}, err
		}
		return problem(m.Status, m.Body.Bytes(), dst), nil
	case oneway:
		return answer{status: 202, made: true}, nil
	case m.Bare || m.Format.Shape == codecs.Void || m.Body.Len() == 0:
		return answer{status: 200, media: typeJSON, made: true, text: noValue}, nil
	case !isEncoding(m.Format):
		return answer{}, codecs.Errorf(codecs.Internal, "http: encode reply: body in %v", m.Format)
	}
	return answer{status: 200, media: typeJSON}, nil
}

// problem says how a failure is written.
func problem(s codecs.Status, fault, dst []byte) answer {
	status := statusOf(s)
	return answer{status: status, media: typeProblem, made: true, text: appendProblem(dst, status, s, fault)}
}

// checkFaultBody says what is wrong with the body of a failure.
func checkFaultBody(m *codecs.Message) error {
	if m.Body.Len() > 0 && m.Status.Code == codecs.Fault && !isEncoding(m.Format) {
		return codecs.Errorf(codecs.Internal, "http: encode reply: a fault in %v", m.Format)
	}
	return nil
}

func isEncoding(f codecs.Format) bool {
	return (f.Encoding == encoding || f.Encoding == encodingStrings) && f.Zip == ""
}
