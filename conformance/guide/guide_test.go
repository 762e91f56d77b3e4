package guide

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestMain makes this binary the programs that the machine may lack, when it is started under their names.
func TestMain(m *testing.M) {
	if stand := standIns[filepath.Base(os.Args[0])]; stand != nil {
		os.Exit(stand(os.Args[1:]))
	}
	os.Exit(m.Run())
}

// TestGuide runs every situation of docs/guide.md twice: with the machine's own curl and redis-cli, where there are any, and with
// those of this test.
func TestGuide(t *testing.T) {
	bin, own := build(t), standInsDir(t)
	list := situations(t)
	if len(list) != 6 {
		t.Fatalf("%d situations, want 6", len(list))
	}
	path := os.Getenv("PATH")
	for _, s := range list {
		t.Run(s.title, func(t *testing.T) {
			t.Run("the machine's programs", func(t *testing.T) { s.run(t, bin+":"+path+":"+own) })
			t.Run("stand-ins", func(t *testing.T) { s.run(t, bin+":"+own+":"+path) })
		})
	}
}

// TestReadme runs the calls of README.md through a gateway with its configuration.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	bin := build(t)
	s := situation{files: map[string]string{}}
	table := ""
	for _, f := range fence.FindAllStringSubmatch(string(page), -1) {
		if f[1] == "yaml" {
			s.files["dragoman.yaml"] = f[3] + "admin: {addr: \"127.0.0.1:7070\"}\n" // no part of the page: the standard port may be taken
		}
		if f[1] == "text" {
			table = f[3]
		}
		for line := range strings.Lines(f[3]) {
			command := strings.Replace(line, "bin/dragoman", "dragoman", 1)
			switch program, _, _ := strings.Cut(line, " "); program {
			case "redis-cli", "curl", "bin/dragoman":
				s.steps = append(s.steps, step{command: strings.TrimSpace(command) + " 2>&1 | grep -o Alice", prints: "Alice"})
			case "make":
				if _, run, is := strings.Cut(command, " && "); is {
					s.steps = append(s.steps, step{command: strings.TrimSpace(run) + " &"})
				}
			}
		}
	}
	if len(s.steps) != 4 {
		t.Fatalf("%d commands, want 4: %q", len(s.steps), s.steps)
	}
	s.run(t, bin+":"+standInsDir(t)+":"+os.Getenv("PATH"))
	out, err := exec.CommandContext(t.Context(), filepath.Join(bin, "dragoman"), "demo", "-once").Output()
	if err != nil || table == "" || !strings.Contains(timeless(string(out)), timeless(table)) {
		t.Errorf("dragoman demo -once (%v) prints\n%s\nREADME.md says\n%s", err, out, table)
	}
}

var times = regexp.MustCompile(`[+-]\d+ µs`)

// timeless is a table of the demo without what another run measures otherwise.
func timeless(s string) string { return plain(times.ReplaceAllString(s, "")) }

// build makes the binary, in a folder of its own.
func build(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if out, err := exec.Command("go", "build", "-o", dir, "../../cmd/dragoman").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v: %s", err, out)
	}
	return dir
}

// standInsDir is a folder with the stand-ins under the names of the programs.
func standInsDir(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for name := range standIns {
		if err := os.Symlink(self, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// ports are those that the guide speaks of: the gateway's, its admin address, those of the Java service, the JSON service and the
// gRPC service, and the gateway's within TLS.
var ports = []string{"7001", "7070", "20880", "8080", "50051", "7443"}

// session is one situation under way.
type session struct {
	t     *testing.T
	dir   string
	env   []string
	there *strings.Replacer // the guide's ports to ours
	back  *strings.Replacer
}

func (s *situation) run(t *testing.T, path string) {
	x := &session{t: t, dir: t.TempDir(), env: append(os.Environ(), "PATH="+path)}
	addr := map[string]string{}
	var there, back []string
	free := freeAddrs(t, len(ports))
	for i, p := range ports {
		addr[p] = free[i]
		_, ours, _ := net.SplitHostPort(addr[p])
		there, back = append(there, p, ours), append(back, ours, p)
	}
	x.there, x.back = strings.NewReplacer(there...), strings.NewReplacer(back...)
	for name, body := range s.files {
		if err := os.WriteFile(filepath.Join(x.dir, name), []byte(x.there.Replace(body)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	provider(t, addr["20880"])
	if s.files["orders.proto"] != "" {
		serveHTTP2(t, addr["50051"], http.HandlerFunc(orders))
	}
	if s.files["stock.proto"] != "" {
		serveHTTP2(t, addr["8080"], http.HandlerFunc(stock))
	}
	for _, st := range s.steps {
		x.do(st, addr)
	}
	if s.files["stock.py"] != "" {
		consumer(t, addr["7001"])
	}
	if s.files["users.proto"] != "" {
		grpcConsumer(t, addr["7001"])
	}
	metricsAreListed(t, addr["7070"])
}

var metric = regexp.MustCompile(`dragoman_[a-z_]+`)

// metricsAreListed compares the names of the gateway's metrics with those that docs/operations.md explains.
func metricsAreListed(t *testing.T, admin string) {
	t.Helper()
	page, err := os.ReadFile("../../docs/operations.md")
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.Get("http://" + admin + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	listed := map[string]bool{}
	for _, name := range metric.FindAllString(string(page), -1) {
		listed[name] = true
	}
	for sc := bufio.NewScanner(res.Body); sc.Scan(); {
		if words := strings.Fields(sc.Text()); words[1] == "HELP" && strings.HasPrefix(words[2], "dragoman_") && !listed[words[2]] {
			t.Errorf("docs/operations.md says nothing of the metric %s", words[2])
		}
	}
}

// freeAddrs are n addresses of loopback that nobody listens to, no two of them the same.
func freeAddrs(t *testing.T, n int) (list []string) {
	t.Helper()
	for range n {
		lis, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer lis.Close() //nolint:errcheck // nothing was accepted
		list = append(list, lis.Addr().String())
	}
	return list
}

// do runs one command. Those that end in & go on until the test ends.
func (x *session) do(s step, addr map[string]string) {
	x.t.Helper()
	command := strings.TrimSuffix(x.there.Replace(s.command), "\n")
	if program := needs(command); program != "" && !x.has(program) {
		if program != "python3" {
			x.t.Logf("not run, this machine has no %s: %s", program, command)
			return
		}
		stockService(x.t, addr["8080"])
		return
	}
	if server, is := strings.CutSuffix(command, " &"); is {
		x.start(server)
		port := "7001"
		if strings.HasPrefix(server, "python3") {
			port = "8080"
		}
		await(x.t, addr[port])
		return
	}
	ctx, cancel := context.WithTimeout(x.t.Context(), 30*time.Second)
	defer cancel()
	out, _ := x.shell(ctx, command).CombinedOutput() // exit codes are no part of the page
	got := x.back.Replace(string(out))
	if !alike(s.prints, got) {
		x.t.Errorf("$ %s\nprints:\n%s\nthe guide says:\n%s", strings.TrimSuffix(s.command, "\n"), got, s.prints)
	}
}

// needs names the program that only some machines have, if a command needs one.
func needs(command string) string {
	switch program, _, _ := strings.Cut(command, " "); program {
	case "php", "python3":
		return program
	}
	return ""
}

// has says whether a program can run here; PHP needs its extension, too.
func (x *session) has(program string) bool {
	test := "command -v " + program
	if program == "php" {
		test = `php -r 'exit(extension_loaded("redis") ? 0 : 1);'`
	}
	return x.shell(x.t.Context(), test).Run() == nil
}

func (x *session) shell(ctx context.Context, command string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "sh", "-c", command)
	cmd.Dir, cmd.Env = x.dir, x.env
	return cmd
}

// start runs a server until the test ends.
func (x *session) start(command string) {
	x.t.Helper()
	cmd := x.shell(context.WithoutCancel(x.t.Context()), "exec "+command)
	var log strings.Builder
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		x.t.Fatal(err)
	}
	x.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
		_ = cmd.Wait()
		kill.Stop()
		if x.t.Failed() {
			x.t.Logf("%s:\n%s", command, log.String())
		}
	})
}

// await waits until somebody listens.
func await(t *testing.T, addr string) {
	t.Helper()
	for range 1500 {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("nobody listens on %s", addr)
}

// alike compares, … standing for anything on its line. Spaces are one, as our ports have other lengths than the guide's.
func alike(want, got string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(plain(want)), "…", ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(plain(got))
}

var spaces = regexp.MustCompile(`[ \r]+`)

func plain(s string) string { return strings.TrimSpace(spaces.ReplaceAllString(s, " ")) }

// consumer calls what the guide's Java consumer calls, and checks that objects and exceptions have their classes.
func consumer(t *testing.T, addr string) {
	order := "\x94" + object(0, "com.acme.Order", []string{"id", "sku", "wanted", "price"},
		smallLong(1), text("pen"), small(2), object(1, "java.math.BigDecimal", []string{"value"}, text("39.80")))
	status, body := consume(t, addr, "com.acme.Stock", "reserve", "Ljava/lang/String;I", text("pen")+small(2))
	if status != 20 || !strings.HasPrefix(body, order) {
		t.Errorf("status %d, % q, want an Order: % q", status, body, order)
	}
	status, body = consume(t, addr, "com.acme.Stock", "reserve", "Ljava/lang/String;I", text("pen")+small(20))
	thrown := "\x93C" + text("com.acme.OutOfStock")
	if status != 20 || !strings.HasPrefix(body, thrown) || !strings.Contains(body, text("7 left")) {
		t.Errorf("status %d, % q, want an OutOfStock: % q", status, body, thrown)
	}
}
