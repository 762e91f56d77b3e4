package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// process is one of the programs measured.
type process struct {
	cmd  *exec.Cmd
	addr string
}

var (
	running   []*process
	temporary []string
)

func cleanUp() {
	stop(running...)
	for _, dir := range temporary {
		_ = os.RemoveAll(dir)
	}
}

func stop(list ...*process) {
	for _, p := range list {
		if p.cmd != nil && p.cmd.Process != nil {
			_ = p.cmd.Process.Kill()
			_ = p.cmd.Wait()
			p.cmd = nil
		}
	}
}

// start runs a program and waits for its address: what find makes of a line of its output.
func start(cmd *exec.Cmd, find func(line string) string) (*process, error) {
	out, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd}
	running = append(running, p)
	sc := bufio.NewScanner(out)
	for sc.Scan() {
		if p.addr = find(sc.Text()); p.addr != "" {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return p, nil
		}
	}
	return nil, fmt.Errorf("%s does not listen", cmd.Path)
}

func startServer(protocol string) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return start(exec.Command(self, "-serve", protocol), func(line string) string {
		addr, _ := strings.CutPrefix(line, "listening ")
		return addr
	})
}

// haproxyTCP passes bytes, with as many threads as there are cores.
func haproxyTCP(backend string) (*process, error) { return startHaproxy("tcp", "", backend) }

// haproxyH2 speaks HTTP/2 on both sides, and shares connections to the server among its clients as far as it ever does.
func haproxyH2(backend string) (*process, error) {
	return startHaproxy("http\n http-reuse always", " proto h2", backend)
}

func startHaproxy(mode, proto, backend string) (*process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	f, err := os.CreateTemp("", "haproxy-*.cfg")
	if err != nil {
		return nil, err
	}
	temporary = append(temporary, f.Name())
	const text = "global\n nbthread 2\ndefaults\n mode %s\n timeout connect 3s\n timeout client 60s\n timeout server 60s\n" +
		"listen l\n bind %s%s\n server s %s%[3]s\n"
	if _, err := fmt.Fprintf(f, text, mode, addr, proto, backend); err != nil {
		return nil, err
	}
	return startAt(exec.Command("haproxy", "-db", "-f", f.Name()), addr)
}

// freeAddr is a port that was free a moment ago: the best that a program can be told which does not say where it listens.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// startAt runs a program that is to listen on addr.
func startAt(cmd *exec.Cmd, addr string) (*process, error) {
	p := &process{cmd: cmd, addr: addr}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	running = append(running, p)
	for range 500 {
		if c, err := net.Dial("tcp", addr); err == nil {
			return p, c.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, fmt.Errorf("%s does not listen on %s", cmd.Path, addr)
}

// buildDragoman makes the binary, unless DRAGOMAN names one.
func buildDragoman() (string, error) {
	if bin := os.Getenv("DRAGOMAN"); bin != "" {
		return bin, nil
	}
	dir, err := os.MkdirTemp("", "dragoman-bench-")
	if err != nil {
		return "", err
	}
	temporary = append(temporary, dir)
	out, err := exec.Command("go", "build", "-o", dir+"/dragoman", "github.com/dragoman-rpc/dragoman/cmd/dragoman").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("go build: %w: %s", err, out)
	}
	return dir + "/dragoman", nil
}

const configuration = `
listen:
- {addr: "127.0.0.1:0", accept: [%s]}
log: {format: json}
admin: {addr: "%s"}
clusters:
  far: {protocol: %s, endpoints: ["%s"]%s}
contracts: [%s]
rules:
- {match: {service: "*"}, to: far}
`

// tongue is what dragoman calls a protocol.
func tongue(protocol string) string {
	if protocol == "http2" {
		return "http"
	}
	return protocol
}

func startDragoman(bin, caller, server, backend, admin string) (*process, error) {
	dir, err := os.MkdirTemp("", "dragoman-")
	if err != nil {
		return nil, err
	}
	temporary = append(temporary, dir)
	more, contracts := "", ""
	switch server {
	case "redis":
		more = ", depth: 64, connections: 1" // this server answers many at once
	case "bolt":
		contracts = "bench.contract"
		if err := os.WriteFile(filepath.Join(dir, contracts), []byte("service com.acme.Echo { String echo(String s); }\n"), 0o600); err != nil {
			return nil, err
		}
	case "http2":
		more = `, options: {version: "2"}`
	case "grpc":
		contracts = "bench.proto"
		if err := os.WriteFile(filepath.Join(dir, contracts), []byte(schema), 0o600); err != nil {
			return nil, err
		}
	}
	file := filepath.Join(dir, "dragoman.yaml")
	text := fmt.Sprintf(configuration, tongue(caller), admin, tongue(server), backend, more, contracts)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	return start(exec.Command(bin, "run", "-c", file), func(line string) string {
		var l struct{ Msg, Addr string }
		if json.Unmarshal([]byte(line), &l) != nil || l.Msg != "listening" {
			return ""
		}
		return l.Addr
	})
}

// cpu is the time that a process has used, where the system says; its clock ticks a hundred times a second.
func cpu(pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), ") ")
	fields := strings.Fields(rest)
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond
}

// rss is the resident memory of a process in bytes, where the system says.
func rss(pid int) int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(text))
	pages, _ := strconv.Atoi(fields[1])
	return pages * os.Getpagesize()
}
