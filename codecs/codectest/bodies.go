package codectest

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// values is what the suite calls with: strings of ASCII, and small integers.
type values []any

// speaks gives the format of request bodies that the suite can make for a codec.
func speaks(c codecs.Codec) (codecs.Format, bool) {
	for _, f := range c.Traits().Formats {
		switch f.Encoding {
		case "json", "hessian2":
			if f.Shape == codecs.Args && f.Zip == "" && f.Wrap == codecs.Plain {
				return f, true
			}
		case "proto", "echo": // carried unread: any bytes are a message
			if f.Shape != codecs.Generic && f.Zip == "" {
				return f, true
			}
		}
	}
	return codecs.Format{}, false
}

// args writes arguments one after another.
func (v values) args(f codecs.Format) []byte {
	if f.Encoding != "hessian2" {
		if len(v) == 0 {
			return []byte("[]")
		}
		return one(codecs.Format{Encoding: "json"}, []any(v))
	}
	var b []byte
	for _, x := range v {
		b = append(b, one(f, x)...)
	}
	return b
}

// descriptor names the types of the arguments in Java's form.
func (v values) descriptor() string {
	var b strings.Builder
	for _, x := range v {
		switch x.(type) {
		case string:
			b.WriteString("Ljava/lang/String;")
		case []byte:
			b.WriteString("[B")
		default:
			b.WriteString("I")
		}
	}
	return b.String()
}

// one writes one value.
func one(f codecs.Format, x any) []byte {
	if f.Encoding != "hessian2" {
		if p, ok := x.([]byte); ok {
			x = string(p)
		}
		if l, ok := x.([]any); ok {
			l = append([]any(nil), l...)
			for i := range l {
				if p, ok := l[i].([]byte); ok {
					l[i] = string(p)
				}
			}
			x = l
		}
		b, err := json.Marshal(x)
		if err != nil {
			return []byte(strconv.Quote(err.Error()))
		}
		return b
	}
	switch x := x.(type) {
	case string:
		return append([]byte{byte(len(x)>>8&3 | 0x30), byte(len(x))}, x...)
	case []byte:
		return hessianBytes(x)
	case int:
		return []byte{byte(0xc8 + x>>8), byte(x)}
	}
	return []byte{'N'}
}

// hessianBytes writes binary data in chunks.
func hessianBytes(p []byte) (b []byte) {
	const chunk = 32 << 10
	for ; len(p) > chunk; p = p[chunk:] {
		b = append(b, 'A', chunk>>8, chunk&0xff)
		b = append(b, p[:chunk]...)
	}
	b = append(b, 'B', byte(len(p)>>8), byte(len(p)))
	return append(b, p...)
}
