package filter

import "github.com/dragoman-rpc/dragoman/codecs"

// asking is the way forward of a crossing whose request streams.
type asking crossing

// Send converts a message of the request. One that cannot be converted ends the call.
func (a *asking) Send(m *codecs.Message) bool {
	x := (*crossing)(a)
	switch {
	case x.over:
		m.Release()
		return true
	case x.passes(&x.asked, m):
		return x.fwd.Send(m)
	}
	whole, err := x.asked.add(m)
	if err != nil {
		err = codecs.Errorf(codecs.StatusOf(err).Code, "filter: transcode: the request: %v", err)
	}
	var out *scratch
	if whole && !m.Bare {
		m.Touch()
		out, err = x.request(m)
	}
	switch {
	case err != nil:
		m.Release()
		x.fail(codecs.StatusOf(err))
		return true
	case !whole:
		return true
	}
	more := x.fwd.Send(m)
	out.free()
	return more
}

// passes says whether m can go on as it is, though it may be but a piece: both sides write alike, and nobody need look at it.
func (x *crossing) passes(p *pieces, m *codecs.Message) bool {
	if p.open || m.Format.Zip != "" || !isTyped(x.t.encodings[x.from.Encoding]) {
		return false
	}
	if p == &x.asked {
		return alike(x.from, x.to)
	}
	return m.Kind == codecs.Data && x.replies.Encoding == x.from.Encoding && x.from.Shape != codecs.Generic
}

// OnReady implements codecs.Stream.
func (a *asking) OnReady(f func()) { a.fwd.OnReady(f) }

// Cancel implements codecs.Stream.
func (a *asking) Cancel(s codecs.Status) { a.fwd.Cancel(s) }
