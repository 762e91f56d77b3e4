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
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	contract := ""
	if !s.plain {
		path, err := filepath.Abs("../peers/sample.contract")
		if err != nil {
			t.Fatal(err)
		}
		contract = fmt.Sprintf(", contract: [%s, %s]", path, strings.TrimSuffix(path, ".contract")+".proto")
	}
	file := filepath.Join(t.TempDir(), "dragoman.yaml")
	conf := fmt.Sprintf(configuration, s.protocol, port, s.more, contract)
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	g := &gateway{cmd: exec.Command(bin, "run", "-c", file), log: newLog(t, "dragoman")}
	out, err := g.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := g.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.stop)
	addr := make(chan string, 1)
	go g.follow(out, addr)
	select {
	case g.addr = <-addr:
	case <-time.After(20 * time.Second):
	}
	if g.addr == "" {
		t.Fatalf("dragoman does not listen; it says: %s", g.log.tail())
	}
	return g
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
