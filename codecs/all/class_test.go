package all_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/dubbo"
	"github.com/dragoman-rpc/dragoman/codecs/hsf"
	"github.com/dragoman-rpc/dragoman/codecs/http"
	"github.com/dragoman-rpc/dragoman/codecs/redis"
)

// TestClassOfFaults: logs name the class of an exception, as far as servers say one.
func TestClassOfFaults(t *testing.T) {
	const class = "com.acme.NoSuchUser"
	thrown := `{"message":"no user 8","class":"` + class + `","fields":{},"cause":null}`
	reply := `{"ec":503,"em":"no user 8","result":` + thrown + `}`
	text := func(s string) string { return string([]byte{byte(len(s))}) + s }
	object := func(class string) string { // an exception inside status 20, with one field
		body := "\x90C" + text(class) + "\x91" + text("detailMessage") + "`" + text("no user 8")
		return "\xda\xbb\x02\x14\x00\x00\x00\x00\x00\x00\x00\x01" + string(binary.BigEndian.AppendUint32(nil, uint32(len(body)))) + body
	}
	result := "C" + text(class) + "\x92" + text("detailMessage") + text("stackTrace") + "`" + text("no user 8") + "N"
	page := func(head, body string) string {
		return fmt.Sprintf("HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", head, len(body), body)
	}
	for _, c := range []struct {
		name    string
		codec   codecs.Codec
		options map[string]string
		reply   string
		want    string
	}{
		{"redis", redis.Codec{}, nil, fmt.Sprintf("$%d\r\n%s\r\n", len(reply), reply), class},
		{"dubbo", dubbo.Codec{}, nil, object(class), class},
		{"hsf", hsf.Codec{}, nil, "\x0e\x01\x01\x14\x04" + strings.Repeat("\x00", 14) + string(rune(len(result))) + result, class},
		{"http", http.Codec{}, nil, page("500 Oops", thrown), class},
		{"http, in an answer of 200", http.Codec{}, map[string]string{"fault": "field:error"}, page("200 OK", `{"error":`+thrown+`}`), class},
		{"http, a fault without a class", http.Codec{}, nil, page("409 Conflict", `{"message":"sold out"}`), ""},
	} {
		s := c.codec.Session(codecs.Client, codecs.Settings{Options: c.options})
		var m codecs.Message
		if n, err := s.Decode(&m, []byte(c.reply)); n != len(c.reply) || err != nil {
			t.Errorf("%s: %d of %d bytes, %v", c.name, n, len(c.reply), err)
		}
		if m.Status.Code != codecs.Fault || m.Status.Class != c.want {
			t.Errorf("%s: %v of class %q, want a fault of %q", c.name, m.Status, m.Status.Class, c.want)
		}
		m.Release()
	}
}
