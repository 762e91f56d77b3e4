package interop

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// answerTime bounds one request to a peer; the slowest is a Java program that starts.
const answerTime = 90 * time.Second

// peer is a program of conformance/peers, driven over its stdin and stdout.
type peer struct {
	name  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string
	log   *logFile
	mu    sync.Mutex
}

type answer struct {
	OK    bool     `json:"ok"`
	Error string   `json:"error"`
	Port  int      `json:"port"`
	Cases []string `json:"cases"`

	Calls     int      `json:"calls"`     // of state: that the server carried out
	Pipelined int      `json:"pipelined"` // of state of pyredis: requests that came before the answer to the one before
	Ignored   []string `json:"ignored"`   // of state of pyredis: commands that an old server does not know
}

// startPeer starts a peer, to be ended with the test.
func startPeer(t *testing.T, name string) (*peer, error) {
	t.Helper()
	p := &peer{name: name, cmd: exec.Command("sh", filepath.Join("..", "peers", "run.sh"), name), lines: make(chan string), log: newLog(t, name)}
	p.cmd.Stderr = p.log
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		defer close(p.lines)
		for sc := bufio.NewScanner(out); sc.Scan(); {
			p.lines <- sc.Text()
		}
	}()
	t.Cleanup(p.stop)
	return p, nil
}

// stop asks the peer to end and, if it does not, ends it.
func (p *peer) stop() {
	_ = p.in.Close() // the peer may be gone
	done := make(chan struct{})
	go func() {
		for range p.lines {
		}
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
	}
	_ = p.cmd.Wait() // its exit code says nothing of the test
}

// ask sends one request and waits for its answer.
func (p *peer) ask(req map[string]any) (a answer, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line, err := json.Marshal(req)
	if err != nil {
		return a, err
	}
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return a, fmt.Errorf("%s: %w; its log ends: %s", p.name, err, p.log.tail())
	}
	select {
	case got, ok := <-p.lines:
		if !ok {
			return a, fmt.Errorf("%s ended; its log ends: %s", p.name, p.log.tail())
		}
		err = json.Unmarshal([]byte(got), &a)
		return a, err
	case <-time.After(answerTime):
		return a, fmt.Errorf("%s gave no answer to %s in %v; its log ends: %s", p.name, line, answerTime, p.log.tail())
	}
}

// cases implements caller.
func (p *peer) cases() ([]string, error) {
	a, err := p.ask(map[string]any{"op": "cases"})
	return a.Cases, err
}

// run implements caller.
func (p *peer) run(name, addr string, options map[string]any) error {
	req := map[string]any{"op": "case", "name": name, "addr": addr}
	maps.Copy(req, options)
	a, err := p.ask(req)
	if err == nil && !a.OK {
		err = errors.New(a.Error)
	}
	return err
}

// logFile keeps a program's stderr in a file of the test's folder.
type logFile struct {
	f *os.File
}

func newLog(t *testing.T, name string) *logFile {
	t.Helper()
	f, err := os.CreateTemp(t.TempDir(), strings.ReplaceAll(name, "/", "-")+"-*.log")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return &logFile{f}
}

func (l *logFile) Write(p []byte) (int, error) { return l.f.Write(p) }

// size is how long the log is by now.
func (l *logFile) size() int64 {
	st, err := l.f.Stat()
	if err != nil {
		return 0
	}
	return st.Size()
}

// failures are the first few calls that failed after the log had the size from, as code and text.
func (l *logFile) failures(from int64) string {
	all, err := os.ReadFile(l.f.Name())
	if err != nil || from > int64(len(all)) {
		return ""
	}
	var b strings.Builder
	n := 0
	for line := range strings.Lines(string(all[from:])) {
		var call struct{ Msg, Method, Code, Text string }
		if json.Unmarshal([]byte(line), &call) != nil || call.Code == "" {
			continue
		}
		if n++; n > 3 {
			break
		}
		fmt.Fprintf(&b, "\n  dragoman: %s: %s: %s", call.Method, call.Code, short(call.Text))
	}
	return b.String()
}

// short is what a reader wants of a message that may have a stack trace behind it.
func short(s string) string {
	lines := strings.Split(s, "\n")
	s = strings.Join(lines[:min(len(lines), 6)], "\n  ")
	if r := []rune(s); len(r) > 500 {
		s = string(r[:500]) + "..."
	}
	return s
}

// tail is the end of the log.
func (l *logFile) tail() string {
	all, err := os.ReadFile(l.f.Name())
	if err != nil {
		return err.Error()
	}
	const most = 3000
	return string(all[max(0, len(all)-most):])
}
