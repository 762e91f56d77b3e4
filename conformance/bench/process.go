package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
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

// startHaproxy runs it in TCP mode, with as many threads as there are cores. A port that was free a moment ago is the best it can be
// told.
func startHaproxy(backend string) (*process, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp("", "haproxy-*.cfg")
	if err != nil {
		return nil, err
	}
	temporary = append(temporary, f.Name())
	if _, err := fmt.Fprintf(f, "global\n nbthread 2\ndefaults\n mode tcp\n timeout connect 3s\n timeout client 60s\n timeout server 60s\nlisten l\n bind %s\n server s %s\n", addr, backend); err != nil {
		return nil, err
	}
	p := &process{cmd: exec.Command("haproxy", "-db", "-f", f.Name()), addr: addr}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	running = append(running, p)
	for range 200 {
		if c, err := net.Dial("tcp", addr); err == nil {
			return p, c.Close()
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, fmt.Errorf("haproxy does not listen on %s", addr)
}

const configuration = `
listen:
- {addr: "127.0.0.1:0", accept: [%s]}
log: {format: json}
admin: {addr: "off"}
clusters:
  far: {protocol: %s, endpoints: ["%s"]%s}
rules:
- {match: {service: "*"}, to: far}
`

func startDragoman(bin, caller, server, backend string) (*process, error) {
	f, err := os.CreateTemp("", "dragoman-*.yaml")
	if err != nil {
		return nil, err
	}
	temporary = append(temporary, f.Name())
	more := ""
	if server == "redis" {
		more = ", depth: 64, connections: 1" // this server answers many at once
	}
	if _, err := fmt.Fprintf(f, configuration, caller, server, backend, more); err != nil {
		return nil, err
	}
	return start(exec.Command(bin, "run", "-c", f.Name()), func(line string) string {
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
