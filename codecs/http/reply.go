package http

import (
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// replyHead gathers what the fields of one answer say, whatever syntax they came in.
type replyHead struct {
	meta  codecs.Meta
	media string // the Content-Type, if it is not JSON or not the only one
	json  bool
	coded bool // a Content-Encoding that was not asked for
	block block
}

func (r *replyHead) reset(head []byte) { *r = replyHead{block: block{p: head}} }

// field takes one field. Its name is given as it came and in lower case. Metadata that is written wrongly is dropped.
func (r *replyHead) field(lower, name, value []byte) {
	switch string(lower) {
	case "content-type":
		if r.json = isAnyJSON(value) && !r.json && r.media == ""; !r.json {
			r.media = string(value)
		}
	case "content-encoding":
		r.coded = r.coded || !foldEqual(value, "identity")
	default:
		metaField(&r.meta, &r.block, lower, name, value)
	}
}

// message makes the Reply of what was gathered. body aliases the buffer or is memory of its own.
func (r *replyHead) message(m *codecs.Message, status int, body []byte, fault string) {
	m.Kind, m.End = codecs.Reply, true
	m.Meta = r.meta
	m.Meta.Loaded = true
	var thrown []byte
	switch {
	case status/100 != 2:
		m.Status, thrown = failure(nil, status, r.json && !r.coded, body)
	case len(body) == 0:
		m.Format = codecs.Format{Encoding: encoding, Shape: codecs.Value}
		m.Body = wire.Borrow(noValue)
		return
	case r.coded:
		m.Status = refuse(502, codecs.Malformed, "decode reply: a Content-Encoding that was not asked for").Status
	case !r.json:
		m.Status = refuse(502, codecs.Malformed, "decode reply: Content-Type %.64q is not JSON", r.media).Status
	default:
		if fault != "" {
			if s, t, is := faultIn(nil, fault, body); is {
				m.Status, thrown = s, t
				break
			}
		}
		m.Format = codecs.Format{Encoding: encoding, Shape: codecs.Value}
		m.Body = wire.Borrow(body)
		return
	}
	if m.Bare = thrown == nil; !m.Bare {
		m.Format = codecs.Format{Encoding: encoding, Shape: codecs.Thrown}
		m.Body = wire.Copy(thrown)
	}
}
