package interop

import (
	"encoding/base64"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/hessian"
	"github.com/dragoman-rpc/dragoman/codecs/json"
)

// TestNodeHessians has libraries for Node read what the encodings write, with its types, and write it anew, and reads that.
func TestNodeHessians(t *testing.T) {
	need(t, "hessians")
	order, err := os.ReadFile("../peers/order.json")
	if err != nil {
		t.Fatal(err)
	}
	values := append(turnedValues, turned{typ: "Order", json: string(order)})
	for library, e := range map[string]codecs.Encoding{"draft": hessian.Hessian2Draft(), "final": hessian.Hessian2(), "hessian.js": hessian.Hessian2()} {
		t.Run(library, func(t *testing.T) { reread(t, library, e, values) })
	}
}

// reread passes all values through one run of a library.
func reread(t *testing.T, library string, e codecs.Encoding, values []turned) {
	types := turnedTypes(t, values)
	var in strings.Builder
	for i, v := range values {
		fmt.Fprintln(&in, base64.StdEncoding.EncodeToString(convert(t, json.Encoding{}, []byte(v.json), e, types[i])))
	}
	out, err := answers(t, time.Minute, in.String(), "hessians", library)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
	if len(lines) != len(values) {
		t.Fatalf("%d answers to %d values", len(lines), len(values))
	}
	for i, v := range values {
		body, err := base64.StdEncoding.DecodeString(lines[i])
		if err != nil {
			t.Errorf("%s %.100s: %.300s", v.typ, v.json, lines[i])
			continue
		}
		if got := convert(t, e, body, json.Encoding{}, types[i]); !sameJSON(t, got, []byte(v.json)) {
			t.Errorf("%s %.200s came back as %.200s", v.typ, v.json, got)
		}
	}
}
