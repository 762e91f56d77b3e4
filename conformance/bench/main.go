// Command bench measures dragoman against haproxy: the same load, the same servers, turn about in the same run, each in a process
// of its own. What counts are the ratios: machines differ by half, and neighbours make noise.
//
//	go run ./conformance/bench [-seconds 2] [-rounds 5] [-only NAME]
package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	seconds := flag.Float64("seconds", 2, "of one measurement")
	rounds := flag.Int("rounds", 5, "in which all sides are measured in turn")
	only := flag.String("only", "", "run the cases whose name contains this")
	serve := flag.String("serve", "", "be a server of this protocol (used by the program itself)")
	against := flag.String("load", "", "only put load on this address, in the protocol of -serve")
	flag.Parse()
	if *against != "" {
		fail(loadOnly(*serve, *against, time.Duration(*seconds*float64(time.Second))))
		return
	}
	if *serve != "" {
		fail(serveProtocol(*serve))
		return
	}
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt, syscall.SIGTERM)
	go func() { <-c; cleanUp(); os.Exit(1) }()
	defer cleanUp()
	fail(run(time.Duration(*seconds*float64(time.Second)), *rounds, *only))
}

func fail(err error) {
	if err != nil {
		cleanUp()
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// kase is one line of the table: what is sent to which address, side by side.
type kase struct {
	name           string
	caller, server string // protocols
	payload        func() (request, reply []byte)
}

var cases = []kase{
	{"dubbo to dubbo", "dubbo", "dubbo", dubboEcho},
	{"redis to redis", "redis", "redis", redisEcho},
	{"redis to dubbo", "redis", "dubbo", redisEcho},
	{"http to http", "http", "http", httpEcho},
}

func run(each time.Duration, rounds int, only string) error {
	bin, err := buildDragoman()
	if err != nil {
		return err
	}
	fmt.Printf("%-16s %5s %9s %9s %10s %6s %6s %6s %11s %12s %8s\n", "case", "conns", "direct/s", "haproxy/s", "dragoman/s", "ratio", "worst", "best",
		"haproxy us", "dragoman us", "RSS MiB")
	for _, k := range cases {
		if !strings.Contains(k.name, only) {
			continue
		}
		if err := k.run(bin, each, rounds); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	return nil
}

func (k *kase) run(bin string, each time.Duration, rounds int) error {
	backend, err := startServer(k.server)
	if err != nil {
		return err
	}
	same := backend // haproxy passes the caller's own protocol
	if k.caller != k.server {
		if same, err = startServer(k.caller); err != nil {
			return err
		}
	}
	hap, err := startHaproxy(same.addr)
	if err != nil {
		return err
	}
	dra, err := startDragoman(bin, k.caller, k.server, backend.addr)
	if err != nil {
		return err
	}
	defer stop(backend, same, hap, dra)
	idle := rss(dra.cmd.Process.Pid)
	request, reply := k.payload()
	for _, conns := range []int{16, 64} {
		m := measurement{sides: []*process{same, hap, dra}, rates: make([][]float64, 3), costs: make([][]float64, 3)}
		for round := range rounds + 1 {
			if err := m.take(k.caller, conns, each, request, reply, round > 0); err != nil { // the first one warms up
				return err
			}
		}
		m.print(k.name, conns, rss(dra.cmd.Process.Pid))
	}
	fmt.Printf("%-16s resident before the first call: %.1f MiB\n", k.name, float64(idle)/(1<<20))
	return k.latency([]*process{same, hap, dra}, each, rounds, request)
}

// measurement is all rounds of one line: of direct, haproxy and dragoman.
type measurement struct {
	sides []*process
	rates [][]float64 // calls per second
	costs [][]float64 // CPU time of the process per call, in microseconds
}

func (m *measurement) take(protocol string, conns int, each time.Duration, request, reply []byte, keep bool) error {
	for i, p := range m.sides {
		before := cpu(p.cmd.Process.Pid)
		rate, err := load(protocol, p.addr, conns, each, request, reply)
		if err != nil {
			return fmt.Errorf("%s: %w", []string{"direct", "haproxy", "dragoman"}[i], err)
		}
		if keep {
			m.rates[i] = append(m.rates[i], rate)
			m.costs[i] = append(m.costs[i], float64((cpu(p.cmd.Process.Pid)-before).Microseconds())/(rate*each.Seconds()))
		}
	}
	return nil
}

func (m *measurement) print(name string, conns, rss int) {
	var ratios []float64
	for i := range m.rates[2] {
		ratios = append(ratios, m.rates[2][i]/m.rates[1][i])
	}
	slices.Sort(ratios)
	fmt.Printf("%-16s %5d %9.0f %9.0f %10.0f %6.2f %6.2f %6.2f %11.1f %12.1f %8.1f\n", name, conns, median(m.rates[0]), median(m.rates[1]), median(m.rates[2]),
		median(ratios), ratios[0], ratios[len(ratios)-1], median(m.costs[1]), median(m.costs[2]), float64(rss)/(1<<20))
}

// loadOnly is for profiles: it calls a server that somebody else has started.
func loadOnly(protocol, addr string, each time.Duration) error {
	for _, k := range cases {
		if k.caller != protocol {
			continue
		}
		request, reply := k.payload()
		for _, conns := range []int{16, 64} {
			rate, err := load(protocol, addr, conns, each, request, reply)
			if err != nil {
				return err
			}
			fmt.Printf("%s %d conns: %.0f/s\n", protocol, conns, rate)
		}
		break
	}
	return nil
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
