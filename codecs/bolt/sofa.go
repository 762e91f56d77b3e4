package bolt

import (
	"bytes"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// A content in Hessian is one stream, in the dialect of its first byte:
//
//	request    SofaRequest{targetAppName, methodName, targetServiceUniqueName, requestProps, methodArgSigs}  argument…
//	response   SofaResponse{isError, errorMsg, appResponse, responseProps}
//
// Fields go by their names, for sofa-rpc-node has another order. There are as many arguments as methodArgSigs has types. What the
// provider threw is an appResponse, too.
const (
	fieldMethod   = "methodName"
	fieldService  = "targetServiceUniqueName"
	fieldProps    = "requestProps"
	fieldTypes    = "methodArgSigs"
	fieldError    = "isError"
	fieldText     = "errorMsg"
	fieldResponse = "appResponse"
	fieldAnswers  = "responseProps"
)

// object reads the object that a content begins with, as far as the value of the field last, and leaves sc behind it.
func object(sc *hessian.Scanner, content []byte, class, last string, room []hessian.Field) (d hessian.Dialect, fields []hessian.Field, err error) {
	d, ok := hessian.Recognize(content)
	if !ok {
		return d, nil, codecs.Errorf(codecs.Invalid, "a content that begins with no object of Hessian 2")
	}
	sc.ResetAs(content, d)
	name, fields, err := sc.ObjectTo(room[:0], last)
	if err == nil && string(name) != class {
		err = codecs.Errorf(codecs.Invalid, "a %q where a %s is due", brief(name), class)
	}
	return d, fields, err
}

// asked reads the SofaRequest of m's Body: its names into w, if the header map has none, and the types of its arguments.
func asked(m *codecs.Message, w *words) error {
	var sc hessian.Scanner
	var room [8]hessian.Field
	d, fields, err := object(&sc, m.Body.Bytes(), classRequest, "", room[:])
	if err != nil {
		return err
	}
	m.Format.Encoding, m.Format.Wrap = d.String(), codecs.Sofa
	if d == hessian.Final {
		m.Hint |= hintFinal
	}
	for i := range fields {
		f := &fields[i]
		sc.Back(f)
		switch string(f.Name) {
		case fieldMethod:
			err = agree(m, &sc, "method", &w.method)
		case fieldService:
			name := &w.service
			if len(*name) == 0 {
				name = &w.target
			}
			err = agree(m, &sc, "service", name)
		case fieldTypes:
			err = types(m, &sc)
		case fieldProps:
			w.baggage = w.baggage || bytes.Contains(m.Body.Bytes()[f.Start:f.End], []byte(askedProp))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// agree reads a name that the header map may have said before: in other words it may not.
func agree(m *codecs.Message, sc *hessian.Scanner, what string, name *[]byte) error {
	text, null, err := sc.Text()
	switch {
	case err != nil || null:
		return err
	case len(*name) == 0:
		if _, stays := m.Body.Within(wire.Borrow(text)); !stays {
			text = bytes.Clone(text)
		}
		*name = text
	case !bytes.Equal(*name, text):
		return codecs.Errorf(codecs.Invalid, "the header map names the %s %q, the content %q", what, brief(*name), brief(text))
	}
	return nil
}

// types makes the descriptor of the types of the arguments.
func types(m *codecs.Message, sc *hessian.Scanner) error {
	var room [256]byte
	desc, n, err := sc.Signature(room[:0])
	m.Descriptor, m.Args = wire.Intern(desc), int16(n)
	return err
}

// told reads the SofaResponse of m's Body. flag is what the header map says: that it is an error, or that the value was thrown.
func told(m *codecs.Message, flag bool) error {
	var sc hessian.Scanner
	var room [8]hessian.Field
	// The value itself is as long as the reply, and is not looked at if all else stands before it.
	d, fields, err := object(&sc, m.Body.Bytes(), classResponse, fieldResponse, room[:])
	if err == nil && len(fields) != 3 {
		d, fields, err = object(&sc, m.Body.Bytes(), classResponse, "", room[:])
	}
	if err != nil {
		return err
	}
	m.Format = codecs.Format{Encoding: d.String(), Shape: codecs.Value, Wrap: codecs.Sofa}
	var text []byte
	failed, null := false, true
	for i := range fields {
		f := &fields[i]
		sc.Back(f)
		switch string(f.Name) {
		case fieldError:
			failed = failed || m.Body.Bytes()[f.Start] == 'T'
		case fieldText:
			t, none, err := sc.Text()
			if err != nil {
				return err
			}
			if !none { // SofaResponse.setErrorMsg makes an error of it, whatever isError says
				text, failed = bytes.Clone(t), true
			}
		case fieldResponse:
			if null = sc.Null(); null {
				break
			}
			if err := exception(m, &sc, m.Body.Bytes()[f.Start:], flag); err != nil {
				return err
			}
		}
	}
	switch {
	case failed:
		m.Status, m.Bare = errorStatus(text, codecs.Internal), true
		if m.Status.Text == "" {
			m.Status.Text = "an error without a text"
		}
	case null:
		m.Format.Shape, m.Body = codecs.Void, wire.Body{}
		return nil
	default:
		return nil
	}
	m.Format, m.Body = codecs.Format{}, wire.Body{}
	return nil
}

// exception makes m a Fault if the value that p begins with was thrown: the header map says so, or, of sofa-rpc-node, which says
// nothing there, the value's fields do. What does not hold the name of such a field, behind its length, is not looked at.
func exception(m *codecs.Message, sc *hessian.Scanner, p []byte, flag bool) error {
	if !flag && !bytes.Contains(p, []byte("\x0ddetailMessage")) {
		return nil
	}
	var t hessian.Thrown
	if err := sc.Thrown(&t); err != nil {
		return err
	}
	if !flag && !t.Throwable {
		return nil
	}
	m.Format.Shape = codecs.Thrown
	m.Status = codecs.Status{Code: codecs.Fault, Text: brief(t.Message), Class: t.Class}
	if m.Status.Text == "" {
		m.Status.Text = t.Class
	}
	return nil
}

// failureText reads the exception in a response whose status is a failure: sofa-bolt's own, of which the message counts.
func failureText(content []byte) []byte {
	d, ok := hessian.Recognize(content)
	if !ok {
		return nil
	}
	var sc hessian.Scanner
	sc.ResetAs(content, d)
	var t hessian.Thrown
	if err := sc.Thrown(&t); err != nil {
		return nil // whatever the text is, the call has failed
	}
	return bytes.Clone(t.Message)
}
