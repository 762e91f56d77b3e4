package main

import (
	"errors"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dragoman": main})
}

// TestScripts runs testdata/script. They have the addresses of a sample service of each protocol in $REDIS, $DUBBO, $HTTP, $HTTP2,
// $GRPC, $HSF and so on, the services' contracts in sample.contract and sample.proto, the bytes of others in $FIXTURES and $CAPTURES, and two commands more: `exits CODE PROGRAM ARGS…`, and `await REGEXP PROGRAM ARGS…` until it prints that.
func TestScripts(t *testing.T) {
	t.Parallel()
	log := slog.New(slog.DiscardHandler)
	vars := []string{}
	for name, dir := range map[string]string{"FIXTURES": "../../fixtures", "CAPTURES": "testdata/decode"} {
		path, err := filepath.Abs(dir)
		if err != nil {
			t.Fatal(err)
		}
		vars = append(vars, name+"="+path)
	}
	for _, k := range kinds() {
		s, err := startSample(k, log)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.close)
		vars = append(vars, strings.ToUpper(s.name)+"="+s.addr)
	}
	testscript.Run(t, testscript.Params{
		Dir:  "testdata/script",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "await": await},
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars, vars...)
			for _, f := range sampleContracts() {
				if err := os.WriteFile(filepath.Join(env.WorkDir, f.Path), f.Data, 0o600); err != nil {
					return err
				}
			}
			return nil
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS…")
	}
	code := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await REGEXP PROGRAM ARGS…")
	}
	want := regexp.MustCompile(args[0])
	for range 200 {
		if ts.Exec(args[1], args[2:]...) == nil && want.MatchString(ts.ReadFile("stdout")) {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	ts.Fatalf("it never says %s", args[0])
}

func TestLongFlags(t *testing.T) {
	root := (&cli{}).root()
	for in, want := range map[string]string{
		"demo -once -o json":           "demo --once -o json",
		"demo --once":                  "demo --once",
		"call u -timeout=3s [1]":       "call u --timeout=3s [1]",
		"call u -v -- -timeout":        "call u -v -- -timeout",
		"run -cfile":                   "run -cfile",
		"call u -5":                    "call u -5",
		"demo -help":                   "demo --help",
		"status -admin unix:/s -ojson": "status --admin unix:/s -ojson",
	} {
		if got := strings.Join(longFlags(root, strings.Fields(in)), " "); got != want {
			t.Errorf("%s: got %s, want %s", in, got, want)
		}
	}
}

func TestEveryVerbHasItsPage(t *testing.T) {
	for _, verb := range (&cli{}).root().Commands() {
		if verb.Short == "" || !strings.HasPrefix(verb.Use, verb.Name()) {
			t.Errorf("%s: no line for the list of verbs", verb.Name())
		}
		if verb.RunE == nil || reflect.ValueOf(verb.Args).IsNil() {
			t.Errorf("%s does nothing, or takes any arguments", verb.Name())
		}
	}
}

func TestParseURL(t *testing.T) {
	for in, want := range map[string]request{
		"redis://h:1/service/user/get":                         {service: "/service/user", method: "get"},
		"http://h:1/users/v2/get":                              {service: "users/v2", method: "get"},
		"dubbo://h:1/com.acme.User/get?version=1.0&group=blue": {service: "com.acme.User", method: "get", version: "1.0", group: "blue"},
		"dubbo://h:1/a.B/c?types=int,java.lang.String[]":       {service: "a.B", method: "c", descriptor: "I[Ljava/lang/String;", typed: true},
		"dubbo://h:1/a.B/c?types=java.util.Map<int[],a.Car>,I": {service: "a.B", method: "c", descriptor: "Ljava/util/Map;LI;", typed: true},
		"bolt://h:1/a.B:1.0/c?types=":                          {service: "a.B", version: "1.0", method: "c", typed: true},
		"hsf://h:1/a.B:1.0.0:blue/c":                           {service: "a.B", version: "1.0.0", group: "blue", method: "c"},
		"redis://h:1/s/c?em_means_error=yes":                   {service: "/s", method: "c"},
		"bolt://h:1/a.B/c?hessian=final":                       {service: "a.B", method: "c"},
		"dubbo://[::1]:1/a.B/c":                                {service: "a.B", method: "c"},
	} {
		to, r, err := parseURL(in)
		if err != nil || !reflect.DeepEqual(*r, want) || to.addr != "h:1" && to.addr != "[::1]:1" || !strings.HasPrefix(in, to.protocol+":") {
			t.Errorf("%s: got %+v to %+v, %v; want %+v", in, r, to, err, want)
		}
	}
	for _, in := range []string{"", "dubbo", "tcp://h:1/a/b", "dubbo://h/a/b", "dubbo://h:1/a", "dubbo://h:1/a/", "dubbo://h:1//b", "dubbo://h:1",
		"dubbo://h:1/a/b?encoding=json", "bolt://h:1/a/b?hessian=3", "redis://h:1/a/b?em_means_error=maybe", "redis://h:1/a/b?success=0", "dubbo://h:1/a/b?ver=1", "dubbo://h:1/a/b?types=no-name", "dubbo://h:1/%zz/b"} {
		var m misuse
		if _, _, err := parseURL(in); !errors.As(err, &m) {
			t.Errorf("%s: got %v, want a misuse", in, err)
		}
	}
}
