package bolt

import (
	"bytes"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// Keys of the header map.
const (
	keyService   = "service" // the one that a Java provider goes by, before all others
	keyTarget    = "sofa_head_target_service"
	keyMethod    = "sofa_head_method_name"
	keyTargetApp = "sofa_head_target_app"
	keyRemaining = "sofa_head_deadline_remain_time" // ms
	keyError     = "sofa_head_response_error"
	keyApp       = "app" // the caller's
	keyType      = "type"
	keyProtocol  = "protocol"
	keyRevised   = "generic.revise"
)

// Prefixes of keys: user metadata, which SOFARPC calls baggage, of requests and of replies.
const (
	askedBaggage = "rpc_req_baggage."
	toldBaggage  = "rpc_resp_baggage."
)

// carried are the keys that stand for fields of the Header, or are about the frame itself: they are never metadata. Baggage of the
// same name is.
var carried = [...]string{keyService, keyTarget, keyMethod, keyRemaining, keyError, keyType, keyProtocol, keyRevised}

// tracing are the keys by which SOFARPC hands its trace on: they keep their place in the header map, whoever calls.
var tracing = codecs.Keys{"rpc_trace_context.*", "new_rpc_trace_context*"}

// reserved are the keys that steer SOFARPC itself. Those of them that are not carried are metadata of Bolt's own callers only. (What
// others call service or type goes as baggage, and steers nothing.)
var reserved = codecs.Keys{"sofa_head_*", "rpc_req_baggage*", "rpc_resp_baggage*"}

func isCarried(key string) bool {
	for _, k := range carried {
		if k == key {
			return true
		}
	}
	return false
}

// maxPairs is the most entries of a header map that are read, or pairs of metadata that are written. Finding double keys is
// quadratic in it.
const maxPairs = 256

// entries reads a header map.
type entries struct{ c wire.Cursor }

// next gives the next entry, or that there is none. An entry without a value is left out, as in Java. One without a key nobody writes,
// and MOSN and sofa-rpc-node lose step at it: they would read other entries than Java.
func (e *entries) next() (key, value []byte, ok bool, err error) {
	for len(e.c.P) > 0 {
		left := len(e.c.P)
		key, nullKey := e.text()
		value, nullValue := e.text()
		if e.c.Bad {
			return nil, nil, false, codecs.Errorf(codecs.Invalid, "an entry beyond the last %d bytes of the header map", left)
		}
		if nullKey {
			return nil, nil, false, codecs.Errorf(codecs.Invalid, "an entry without a key, %d bytes before the end of the header map", left)
		}
		if !nullValue {
			return key, value, true, nil
		}
	}
	return nil, nil, false, nil
}

func (e *entries) text() (p []byte, null bool) {
	n := int32(e.c.U32())
	if n == -1 {
		return nil, true
	}
	return e.c.Next(int(n)), false
}

// words is what a request's header map says of the call itself.
type words struct {
	service, target, method []byte
	left                    time.Duration // 0: not said
	baggage                 bool          // there is some
}

func (w *words) read(p []byte) error {
	e := entries{wire.Cursor{P: p}}
	for n := 0; ; n++ {
		key, value, ok, err := e.next()
		if !ok || err != nil {
			return err
		}
		if n >= maxPairs {
			return codecs.Errorf(codecs.Invalid, "over %d entries in the header map", maxPairs)
		}
		switch string(key) {
		case keyService:
			err = once(&w.service, value)
		case keyTarget:
			err = once(&w.target, value)
		case keyMethod:
			err = once(&w.method, value)
		case keyRemaining:
			w.left = time.Duration(millis(value)) * time.Millisecond
		default:
			w.baggage = w.baggage || len(key) > len(askedBaggage) && string(key[:len(askedBaggage)]) == askedBaggage
		}
		if err != nil {
			return err
		}
	}
}

// once takes a name, which may be said again but not another: of two Java takes the last, MOSN the first.
func once(name *[]byte, value []byte) error {
	if *name != nil && !bytes.Equal(*name, value) {
		return codecs.Errorf(codecs.Invalid, "the header map names %q and %q", brief(*name), brief(value))
	}
	*name = value
	return nil
}

// errorFlag says whether a reply's header map calls it an error.
func errorFlag(p []byte) (bool, error) {
	e := entries{wire.Cursor{P: p}}
	for {
		key, value, ok, err := e.next()
		if !ok || err != nil {
			return false, err
		}
		if string(key) == keyError && string(value) == "true" {
			return true, nil
		}
	}
}

// millis reads a number of milliseconds; 0 if it is none, or not more than 0.
func millis(p []byte) int64 {
	var n int64
	for _, c := range p {
		if c < '0' || c > '9' || n > maxMillis {
			return 0
		}
		n = n*10 + int64(c-'0')
	}
	return min(n, maxMillis)
}

// maxMillis is the longest timeout that the wire can say, some 24 days.
const maxMillis = 1<<31 - 1

// inMillis gives whole milliseconds, rounded up: a time that is left is never none.
func inMillis(d time.Duration) int32 {
	return int32(min((d+time.Millisecond-1)/time.Millisecond, maxMillis))
}

// collect adds the metadata of a header map to meta. Baggage goes by its own key, without the prefix. Of two of the same key the
// last counts, as in Java's maps.
func collect(meta *codecs.Meta, p []byte, prefix string) error {
	e := entries{wire.Cursor{P: p}}
	for {
		key, value, ok, err := e.next()
		if !ok || err != nil {
			return err
		}
		if len(meta.Pairs) >= maxPairs {
			return codecs.Errorf(codecs.Invalid, "over %d entries in the header map", maxPairs)
		}
		if k := plainKey(string(key), prefix); k != "" {
			put(meta, k, clean(string(value)))
		}
	}
}

// plainKey gives the key of metadata that an entry has, or "" for those that are none.
func plainKey(key, prefix string) string {
	if k, ok := strings.CutPrefix(key, prefix); ok {
		return clean(k)
	}
	if isCarried(key) {
		return ""
	}
	return clean(key)
}

func put(meta *codecs.Meta, key, value string) {
	for i := range meta.Pairs {
		if meta.Pairs[i].Key == key {
			meta.Pairs[i].Value = value
			return
		}
	}
	meta.Add(key, value)
}

// clean makes UTF-8 of what a peer says is.
func clean(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}
