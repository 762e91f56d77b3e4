package hessian

import (
	"bytes"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const fixtures = "../../fixtures/hessian/"

// envelope stands before the value in the replies of the Caucho servlet.
const envelope = "\x48\x02\x00\x52"

// capture is one value written by a foreign program.
type capture struct {
	group, name string
	value       []byte
}

// captures gives the values of all groups that are in the repository.
func captures(t testing.TB) []capture {
	t.Helper()
	all := append(group(t, "caucho-testhessian2"), group(t, "hessian-lite-4.0.4")...)
	if len(all) != 91+101 {
		t.Fatalf("%d captures", len(all))
	}
	return all
}

func group(t testing.TB, name string) []capture {
	t.Helper()
	text, err := os.ReadFile(fixtures + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []capture
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		p, err := hex.DecodeString(value)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, capture{name, key, bytes.TrimPrefix(p, []byte(envelope))})
	}
	return all
}

// TestForeignCaptures reads and rewrites files of other projects, which are not copied here.
func TestForeignCaptures(t *testing.T) {
	dir := os.Getenv("DRAGOMAN_HESSIAN_FIXTURES")
	if dir == "" {
		t.Skip("DRAGOMAN_HESSIAN_FIXTURES is not set: it names a folder with the fixtures of node-modules/hessian.js, as hessian-js-v2/*.bin")
	}
	var all []capture
	for _, group := range []string{"hessian-js-v2", "caucho-testhessian2"} {
		files, err := filepath.Glob(filepath.Join(dir, group, "*.bin"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no captures of %s in %s (%v)", group, dir, err)
		}
		for _, file := range files {
			p, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			name := strings.TrimSuffix(filepath.Base(file), ".bin")
			all = append(all, capture{group, name, bytes.TrimPrefix(p, []byte(envelope))})
		}
	}
	scans(t, all)
	rewrites(t, all)
}
