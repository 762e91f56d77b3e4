package interop

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// gateway is a dragoman process: one port for every protocol, one cluster behind it.
type gateway struct {
	addr string
	cmd  *exec.Cmd
	log  *logFile
}

// build makes the binary once for the whole run, unless DRAGOMAN names one.
var build = sync.OnceValues(func() (string, error) {
	if bin := os.Getenv("DRAGOMAN"); bin != "" {
		return bin, nil
	}
	dir, err := os.MkdirTemp("", "dragoman-interop-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "dragoman")
	out, err := exec.Command("go", "build", "-o", bin, "../../cmd/dragoman").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return bin, nil
})

const configuration = `
listen:
- {addr: "127.0.0.1:0", accept: [redis, dubbo, hsf, bolt, http, grpc], options: {redis: {success: "200"}}}
log: {level: debug, format: json}
admin: {addr: "off"}
clusters:
  far: {protocol: %s, endpoints: ["127.0.0.1:%d"], inflight: 100%s}
services:
- {name: io.dragoman.sample.Sample, version: 1.0.0, group: sample%s}
rules:
- {match: {service: "*"}, to: far, policy: {timeout: 2500ms}}
`

// startGateway starts dragoman in front of a server that listens on port.
func startGateway(t *testing.T, s *server, port int) *gateway {
	t.Helper()
	contract := ""
	if !s.plain {
		path, err := filepath.Abs("../peers/sample.contract")
		if err != nil {
			t.Fatal(err)
		}
		contract = fmt.Sprintf(", contract: [%s, %s]", path, strings.TrimSuffix(path, ".contract")+".proto")
	}
	return runGateway(t, fmt.Sprintf(configuration, s.protocol, port, s.more, contract))
}

// follow keeps the log and finds the address in it.
func (g *gateway) follow(out io.Reader, addr chan<- string) {
	sc := bufio.NewScanner(out)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		_, _ = fmt.Fprintf(g.log, "%s\n", sc.Bytes()) // a log that cannot be kept fails nothing
		var line struct{ Msg, Addr string }
		if json.Unmarshal(sc.Bytes(), &line) == nil && line.Msg == "listening" {
			select {
			case addr <- line.Addr:
			default:
			}
		}
	}
	close(addr)
}

func (g *gateway) stop() {
	_ = g.cmd.Process.Signal(syscall.SIGTERM)
	end := time.AfterFunc(20*time.Second, func() { _ = g.cmd.Process.Kill() })
	_ = g.cmd.Wait()
	end.Stop()
}
