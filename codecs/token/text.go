package token

import (
	"encoding/base64"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// What is a text in a syntax that has no such kind: the second half of coerce.

// oneUnit says whether a text is one UTF-16 unit: a character of the basic plane, or a single surrogate.
func oneUnit(p []byte) bool {
	r, n := utf8.DecodeRune(p)
	if r == utf8.RuneError && n == 1 {
		return len(p) == 3 && p[0] == 0xed && p[1] >= 0xa0
	}
	return n > 0 && n == len(p) && r < 0x10000
}

func (c *copier) toString() bool {
	t := &c.t
	switch t.Kind {
	case String, Key:
	case Enum:
		*t = Token{Kind: String, Text: t.Text}
	case Int:
		c.text = strconv.AppendInt(c.text[:0], t.Int, 10)
		*t = Token{Kind: String, Text: c.text}
	case Float:
		if len(t.Text) == 0 {
			return false
		}
		*t = Token{Kind: String, Text: t.Text}
	case Big:
		*t = Token{Kind: String, Text: t.Text}
	case Bytes: // there are writers of MessagePack that have no other word for text
		if !c.plainIn || !utf8.Valid(t.Text) {
			return false
		}
		*t = Token{Kind: String, Text: t.Text}
	default:
		return false
	}
	return true
}

func (c *copier) toBytes() bool {
	t := &c.t
	if t.Kind == Bytes {
		return true
	}
	if t.Kind != String {
		return false
	}
	text := t.Text
	for len(text) > 0 && text[len(text)-1] == '=' && len(t.Text)-len(text) < 2 {
		text = text[:len(text)-1]
	}
	if len(text) < len(t.Text) && len(t.Text)%4 != 0 {
		return false
	}
	enc := base64.RawStdEncoding
	for _, b := range text {
		switch b {
		case '-', '_':
			enc = base64.RawURLEncoding
		case '\n', '\r':
			return false // the decoder would go over them
		}
	}
	var err error
	if c.text, err = enc.AppendDecode(c.text[:0], text); err != nil {
		return false
	}
	*t = Token{Kind: Bytes, Text: c.text}
	return true
}

func (c *copier) toDate(want *contract.Type) bool {
	t := &c.t
	ms := t.Int
	switch t.Kind {
	case Time:
		if !c.plainIn || len(t.Text) > 0 {
			return len(t.Text) == 0
		}
	case Int:
	case String:
		var ok bool
		if ms, ok = parseDate(t.Text); !ok {
			if ms, ok = wholeInt(t.Text); !ok {
				return false
			}
		}
	default:
		return false
	}
	*t = Token{Kind: Time, Int: ms, Class: c.class(want)}
	return true
}

func (c *copier) toTime(want *contract.Type) bool {
	t := &c.t
	if t.Kind == String && len(t.Text) > 0 {
		*t = Token{Kind: Time, Text: t.Text, Class: c.class(want)}
	}
	if t.Kind == Time && c.plainIn && t.Class != c.class(want) && (t.Class == nil || t.Class.Name != want.Name) {
		return c.toMoment(want)
	}
	return t.Kind == Time
}

// toMoment makes of a point in time, which is all that a syntax without classes has, one of the classes of java.time that are one.
func (c *copier) toMoment(want *contract.Type) bool {
	t := &c.t
	switch want.Name {
	case "java.time.Instant", "java.time.OffsetDateTime", "java.time.ZonedDateTime":
	default:
		return false
	}
	if len(t.Text) == 0 {
		at := time.UnixMilli(t.Int).UTC()
		if y := at.Year(); y < 0 || y > 9999 {
			return false
		}
		layout := "2006-01-02T15:04:05Z"
		if t.Int%1000 != 0 {
			layout = "2006-01-02T15:04:05.000Z"
		}
		c.text = at.AppendFormat(c.text[:0], layout)
		t.Text = c.text
	}
	*t = Token{Kind: Time, Text: t.Text, Class: c.class(want)}
	return true
}

func (c *copier) toText(want *contract.Type) bool {
	t := &c.t
	if t.Kind != String {
		return false
	}
	if want.Name == "java.util.UUID" && !isUUID(t.Text) {
		return false
	}
	t.Class = c.class(want)
	return true
}

func isUUID(p []byte) bool {
	if len(p) != 36 {
		return false
	}
	for i, b := range p {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (b == '-') || !dash && b-'0' > 9 && (b|0x20 < 'a' || b|0x20 > 'f') {
			return false
		}
	}
	return true
}

func (c *copier) toEnum(want *contract.Type) bool {
	t := &c.t
	if t.Kind == Enum || t.Kind == Int && want.Open {
		return true
	}
	if t.Kind != String || len(t.Text) == 0 {
		return false
	}
	known := len(want.Values) == 0
	for _, v := range want.Values {
		known = known || v == string(t.Text)
	}
	if known {
		*t = Token{Kind: Enum, Text: t.Text, Class: c.class(want)}
	}
	return known
}
