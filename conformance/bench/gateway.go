package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// schema describes the service behind dragoman where a body is converted. The field has the name that a message of a library has:
// gateway/main.go says why.
const schema = `syntax = "proto3";
package bench;
message Text { string locale = 1; }
service Echo { rpc call(Text) returns (Text); }
`

func httpToGRPC() (request, reply []byte) {
	body := `{"locale":"` + text + `"}`
	request = fmt.Appendf(nil, "POST /bench.Echo/call HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	return request, nil // each side writes its own
}

// gateway builds grpc-gateway, which is a module of its own with the versions that it wants, and starts it.
func gateway(backend string) (*process, error) {
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/dragoman-rpc/dragoman/conformance/bench").Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	dir, err := os.MkdirTemp("", "gateway-")
	if err != nil {
		return nil, err
	}
	temporary = append(temporary, dir)
	build := exec.Command("go", "build", "-o", dir, ".")
	build.Dir = filepath.Join(strings.TrimSpace(string(out)), "gateway")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("go build in %s: %w: %s", build.Dir, err, out)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	return startAt(exec.Command(filepath.Join(dir, "gateway"), addr, backend), addr)
}
