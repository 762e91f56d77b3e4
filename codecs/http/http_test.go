package http_test

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/codectest"
	"github.com/dragoman-rpc/dragoman/codecs/http"
)

func TestHTTP(t *testing.T) { codectest.Run(t, http.Codec{}, "../../fixtures/http") }

// TestDocs: the examples and tables of docs/http.md are true.
func TestDocs(t *testing.T) {
	text, err := os.ReadFile("../../docs/http.md")
	if err != nil {
		t.Fatal(err)
	}
	examples := regexp.MustCompile("(?s)```http\n(.*?)\n```").FindAllStringSubmatch(string(text), -1)
	if len(examples) != 2 {
		t.Fatalf("%d examples", len(examples))
	}
	for i, s := range []codecs.Session{server(), client()} {
		p := strings.ReplaceAll(examples[i][1], "\n", "\r\n")
		if r := drive(t, s, []byte(p)); len(r.Calls) != 1 || r.Calls[0].Status.Code != codecs.OK || r.Taken != len(p) {
			t.Errorf("%q: %v", p, r.essence())
		}
	}
	problem := regexp.MustCompile("(?s)```json\n(.*?)\n```").FindSubmatch(text)
	r := drive(t, client(), []byte(answer("500 Oops", string(problem[1]), "Content-Type: application/problem+json")))
	if len(r.Calls) != 1 || r.Calls[0].Body != `{"class":"com.acme.OutOfStock","message":"sold out","fields":{"item":"x"},"cause":null}` {
		t.Error(r.essence())
	}
	rows := regexp.MustCompile("`([a-z_]+)` \\| (\\d{3})").FindAllStringSubmatch(string(text), -1)
	table := map[string]string{}
	for _, row := range rows {
		table[row[1]] = row[2]
	}
	for c := codecs.Fault; int(c) < codecs.Codes; c++ {
		if want := strconv.Itoa(http.StatusCode(c)); table[c.String()] != want {
			t.Errorf("%v is %s, the table says %q", c, want, table[c.String()])
		}
	}
}
