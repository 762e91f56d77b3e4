package config

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/dragoman-rpc/dragoman/bridge/route"
)

// FuzzConfig looks for files that end the parser, that are refused without a reason, or whose rules do not compile.
func FuzzConfig(f *testing.F) {
	f.Add([]byte(wholeFile))
	files, _ := filepath.Glob("testdata/*.yaml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := Parse("x.yaml", data, known)
		if err == nil {
			if _, err := route.Compile(c.Routes); err != nil {
				t.Fatal(err)
			}
			return
		}
		var list Errors
		if !errors.As(err, &list) || len(list) == 0 || len(list) > maxErrors {
			t.Fatalf("got %v", err)
		}
		for i, e := range list {
			if e.Text == "" || i > 0 && (e.Line < list[i-1].Line || e.Line == list[i-1].Line && e.Column < list[i-1].Column) {
				t.Fatalf("got\n%v", err)
			}
		}
	})
}
