package dubbo

import (
	"strconv"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Keys of attachments.
const (
	keyPath         = "path"
	keyInterface    = "interface"
	keyVersion      = "version"
	keyGroup        = "group"
	keyTimeout      = "timeout" // the consumer's, in ms
	keyRemaining    = "_TO"     // what is left, in ms: the one that providers obey
	keyRemainingOld = "_to"
	keyApplication  = "remote.application"
	keyGeneric      = "generic"
	keyProtocol     = "dubbo"
)

// carried are the attachments that stand for fields of the header, or are about the frame itself: they are never metadata.
var carried = [...]string{keyPath, keyInterface, keyVersion, keyGroup, keyTimeout, keyRemaining, keyRemainingOld, keyProtocol, "input", "output"}

// reserved are the keys that steer Dubbo itself. Those of them that are not carried are metadata of Dubbo's own callers only:
// the form of a generic invocation, the token that a provider asks for, tag routing, callbacks.
var reserved = codecs.Keys{keyPath, keyInterface, keyVersion, keyGroup, keyTimeout, keyRemaining, keyRemainingOld, keyProtocol, "input", "output",
	keyGeneric, "token", "async", "dubbo.*", "sys_callback_*", "callback.*"}

func isCarried(key string) bool {
	for _, k := range carried {
		if k == key {
			return true
		}
	}
	return false
}

// maxPairs is the most attachments that are read, or pairs of metadata that are written. Finding double keys is quadratic in it.
const maxPairs = 256

// layout is where the parts of a frame stand.
type layout struct {
	service, version string // of a request
	result           int32  // of a response
	values, tail     int    // the arguments or the result stand from values to tail, the attachments begin at tail
	attached         bool   // there are attachments
}

// measure walks over a frame's values to its attachments, where it leaves sc. It builds nothing and is linear.
func measure(sc *hessian.Scanner, p []byte) (l layout, err error) {
	if p[2]&serialMask != hessian2 {
		return l, codecs.Errorf(codecs.Unimplemented, "attachments in serialization %d", p[2]&serialMask)
	}
	n := 1
	switch {
	case p[2]&flagRequest != 0:
		r := textReader{serial: hessian2}
		r.Reset(p[headLen:])
		h, err := readHead(&r)
		if err != nil {
			return l, err
		}
		l.service, l.version, l.attached, n = h.service, h.version, true, h.args
		*sc = r.Scanner
	case p[3] != statusOK:
		l.values, l.tail = len(p), len(p)
		return l, nil
	default:
		sc.Reset(p[headLen:])
		if l.result, err = sc.Int(); err != nil {
			return l, err
		}
		l.attached = l.result >= withAttachments
		if l.result == resultNull || l.result == resultNull+withAttachments {
			n = 0
		}
	}
	l.values = headLen + sc.Pos()
	err = sc.Skip(n)
	l.tail = headLen + sc.Pos()
	return l, err
}

// LoadMeta reads the attachments behind the arguments or the result: metadata, group and timeout. It narrows Body to the values
// alone. In requests it refuses, unless the option path is any, attachments that name another path or version than the head:
// a provider obeys the attachments, and rules have gone by the head.
func (s *session) LoadMeta(m *codecs.Message) error {
	if m.Meta.Loaded {
		return nil
	}
	if m.Frame.Of != Name {
		m.Meta.Loaded = true
		return nil
	}
	p := m.Frame.Bytes.Bytes()
	code := codecs.Invalid
	if p[2]&flagRequest == 0 {
		code = codecs.Malformed
	}
	var sc hessian.Scanner
	l, err := measure(&sc, p)
	if err != nil {
		if p[2]&serialMask != hessian2 {
			code = codecs.Unimplemented
		}
		return refuse(code, "load metadata", err)
	}
	a := attachments{layout: l, anyPath: s.anyPath, request: p[2]&flagRequest != 0}
	if l.attached {
		if err := a.read(&sc, p[headLen:]); err != nil {
			return refuse(code, "load metadata", err)
		}
	}
	m.Meta = codecs.Meta{Pairs: a.pairs, Loaded: true}
	if a.request {
		m.Group, m.Timeout = a.group, a.timeout()
	}
	if !a.request && m.Format.Shape == codecs.Void {
		return nil // null, in whichever form
	}
	body := m.Frame.Bytes.Sub(l.values, l.tail)
	m.Body.Release()
	m.Body = body
	return nil
}

// attachments collects what LoadMeta reads.
type attachments struct {
	layout
	request, anyPath bool
	pairs            []codecs.Pair
	group            string
	consumer, left   int64 // ms of timeout and _TO
}

func (a *attachments) read(sc *hessian.Scanner, body []byte) error {
	ok, err := sc.Map()
	if !ok || err != nil {
		return err
	}
	var p hessian.Pair
	for n := 0; ; n++ {
		more, err := sc.Pair(&p)
		if !more || err != nil {
			return err
		}
		if n >= maxPairs {
			return codecs.Errorf(codecs.Invalid, "over %d attachments", maxPairs)
		}
		switch {
		case p.Key != nil:
			if err := a.add(p.Key, p.Value); err != nil {
				return err
			}
		case !beginsText(body[p.Start]):
			return codecs.Errorf(codecs.Invalid, "opcode %#02x where the key of an attachment is due", body[p.Start])
		}
	}
}

// beginsText says whether an opcode begins a string.
func beginsText(op byte) bool { return op < 0x20 || op >= 0x30 && op < 0x34 || op == 'R' || op == 'S' }

func (a *attachments) add(k, v []byte) error {
	key := wire.Intern(k)
	if !a.request && reserved.Has(key) {
		return nil // dubbo-go gives the request's attachments back
	}
	if !isCarried(key) {
		a.set(key, string(v))
		return nil
	}
	switch key {
	case keyGroup:
		a.group = wire.Intern(v)
	case keyTimeout:
		a.consumer = millis(v)
	case keyRemaining, keyRemainingOld:
		a.left = millis(v)
	case keyPath:
		if string(v) != a.service && !a.anyPath {
			return codecs.Errorf(codecs.Invalid, "the attachment path names %q, the request %q", brief(v), a.service)
		}
	case keyVersion:
		if versionName(v) != a.version && !a.anyPath {
			return codecs.Errorf(codecs.Invalid, "the attachment version names %q, the request %q", brief(v), a.version)
		}
	}
	return nil
}

// set adds a pair. Of two of the same key the last counts, as in Java's maps.
func (a *attachments) set(key, value string) {
	for i := range a.pairs {
		if a.pairs[i].Key == key {
			a.pairs[i].Value = value
			return
		}
	}
	a.pairs = append(a.pairs, codecs.Pair{Key: key, Value: value})
}

// timeout is what providers obey, or what the consumer says it has.
func (a *attachments) timeout() time.Duration {
	ms := a.left
	if ms == 0 {
		ms = a.consumer
	}
	return time.Duration(ms) * time.Millisecond
}

// maxMillis is the longest timeout that is taken at its word, a year.
const maxMillis = 365 * 24 * 3600 * 1000

// millis reads a number of milliseconds; 0 if it is none, or not more than 0.
func millis(p []byte) int64 {
	n, err := strconv.ParseInt(string(p), 10, 64)
	if err != nil || n <= 0 {
		return 0
	}
	return min(n, maxMillis)
}

// inMillis gives whole milliseconds, rounded up: a time that is left is never none.
func inMillis(d time.Duration) int64 { return int64((d + time.Millisecond - 1) / time.Millisecond) }
