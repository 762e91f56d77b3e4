package interop

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// programs are the tools of conformance/peers that take arguments, with the file that says that one is installed.
var programs = map[string]string{
	"interop-go-client": "go/client", "interop-go-server": "go/server",
	"interop-java-client": "grpcjava/classes", "interop-java-server": "grpcjava/classes",
	"grpcurl": "go/grpcurl", "grpcgo": "grpcgo/grpcgo", "grpcio": "python/bin/python", "h2spec": "go/h2spec", "h2specd": "go/h2specd",
	"connectconformance": "go/connectconformance", "grpcclient": "go/grpcclient", "grpcserver": "go/grpcserver",
	"envoy": "envoy/envoy/_bin/envoy", "sofabolt": "sofabolt/classes", "hessians": "node/node_modules/sofa-hessian-node", "caucho": "hsf/classes",
}

// missing says why a program cannot be run; one that conformance/peers has not is looked for on the PATH.
func missing(name string) error {
	file, ours := programs[name]
	if !ours {
		_, err := exec.LookPath(name)
		return err
	}
	dir := os.Getenv("PEERS_DIR")
	if dir == "" {
		dir = "../../.cache/peers"
	}
	_, err := os.Stat(filepath.Join(dir, file))
	return err
}

// need skips a test unless interop was asked for and all the programs are there; those that are not are counted as missing.
func need(t *testing.T, names ...string) {
	t.Helper()
	if os.Getenv("INTEROP") == "" {
		t.Skip("INTEROP is not set: make interop installs the peers and runs this")
	}
	all := true
	for _, name := range names {
		if !wanted("INTEROP_PEERS", name) {
			t.Skipf("INTEROP_PEERS leaves out %s", name)
		}
		if !ran.started(name, missing(name)) {
			all = false
		}
	}
	if !all {
		t.Skip("not installed: what the end of the run names as missing")
	}
}

// command is a program with its arguments, ended with the context.
func command(ctx context.Context, name string, args ...string) *exec.Cmd {
	if _, ours := programs[name]; ours {
		name, args = "sh", append([]string{filepath.Join("..", "peers", "run.sh"), name}, args...)
	}
	return exec.CommandContext(ctx, name, args...)
}

// output is what a program prints on both of its outputs, and how it ended.
func output(t *testing.T, within time.Duration, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	out, err := command(ctx, name, args...).CombinedOutput()
	if ctx.Err() != nil {
		err = fmt.Errorf("%s: %w after %v", name, ctx.Err(), within)
	}
	return string(out), err
}

// answers is what a program prints on stdout for what it reads.
func answers(t *testing.T, within time.Duration, stdin, name string, args ...string) (string, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	cmd := command(ctx, name, args...)
	cmd.Stdin = strings.NewReader(stdin)
	out, err := cmd.Output()
	return string(out), err
}

// freePort is a port that nobody has, or had a moment ago: for programs that cannot be asked which one they got.
func freePort(t *testing.T) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port
}

// startServer starts a program, to be ended with the test, and waits until it accepts on port of 127.0.0.1.
func startServer(t *testing.T, port int, name string, args ...string) {
	t.Helper()
	log := newLog(t, name)
	cmd := command(context.Background(), name, args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		_ = cmd.Wait() // its state says how it ended
		close(done)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
	})
	if err := accepts(port, done); err != nil {
		t.Fatalf("%s: %v: %s", name, err, log.tail())
	}
}

// accepts waits until a port can be connected to, or the program that should listen there has ended.
func accepts(port int, done <-chan struct{}) error {
	for end := time.Now().Add(answerTime); time.Now().Before(end); {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(port), time.Second)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-done:
			return errors.New("it has ended")
		case <-time.After(50 * time.Millisecond):
		}
	}
	return errors.New("it does not listen")
}

// runGateway starts dragoman with a configuration that has one listener.
func runGateway(t *testing.T, conf string) *gateway {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "dragoman.yaml")
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

// portOf is the port of an address.
func portOf(t *testing.T, addr string) int {
	t.Helper()
	a, err := net.ResolveTCPAddr("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	return a.Port
}

// between is dragoman before a server that speaks gRPC on a port of 127.0.0.1. It knows no messages, and of the services the name of
// one, whose health it tells.
func between(t *testing.T, port int) *gateway {
	t.Helper()
	return runGateway(t, fmt.Sprintf(`
listen: [{addr: "127.0.0.1:0", accept: [http, grpc]}]
log: {level: debug, format: json}
admin: {addr: "off"}
clusters: {far: {protocol: grpc, endpoints: ["127.0.0.1:%d"]}}
services: [{name: %s}]
rules: [{match: {service: "*"}, to: far}]
`, port, sample))
}
