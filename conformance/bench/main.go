// Command bench measures dragoman against haproxy: the same load, the same servers, turn about in the same run, each in a process
// of its own. What counts are the ratios: machines differ by half, and neighbours make noise.
//
//	go run ./conformance/bench [-each 2s] [-rounds 5] [-only NAME]
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	var p plan
	flag.DurationVar(&p.each, "each", 2*time.Second, "time of one measurement")
	flag.IntVar(&p.rounds, "rounds", 5, "in which all sides are measured in turn")
	only := flag.String("only", "", "run the cases whose name contains this")
	serve := flag.String("serve", "", "be a server of this protocol (used by the program itself)")
	against := flag.String("load", "", "only put load on this address, in the protocol of -serve")
	depth := flag.Int("depth", 1, "calls under way on each connection, with -load")
	flag.Parse()
	if *against != "" {
		fail(loadOnly(*serve, *against, *depth, p.each))
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
	fail(p.run(*only))
}

func fail(err error) {
	if err != nil {
		cleanUp()
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// plan is how much is measured.
type plan struct {
	bin    string // of dragoman
	each   time.Duration
	rounds int
}

// kase is some lines of the table: what is sent to which address, side by side.
type kase struct {
	name           string
	caller, server string // protocols
	payload        func() (request, reply []byte)
	depths         []int                                  // calls under way on each connection
	against        string                                 // the yardstick
	yardstick      func(backend string) (*process, error) // starts it
}

var cases = []kase{
	{"dubbo to dubbo", "dubbo", "dubbo", dubboEcho, []int{1}, "haproxy", haproxyTCP},
	{"redis to redis", "redis", "redis", redisEcho, []int{1}, "haproxy", haproxyTCP},
	{"redis to dubbo", "redis", "dubbo", redisEcho, []int{1}, "haproxy", haproxyTCP},
	{"http to http", "http", "http", httpEcho, []int{1}, "haproxy", haproxyTCP},
	{"bolt to bolt", "bolt", "bolt", boltEcho, []int{1, 16}, "haproxy", haproxyTCP},
	{"hsf to hsf", "hsf", "hsf", hsfEcho, []int{1, 16}, "haproxy", haproxyTCP},
	{"dubbo to bolt", "dubbo", "bolt", dubboEcho, []int{1}, "haproxy", haproxyTCP},
	{"bolt to dubbo", "bolt", "dubbo", boltEcho, []int{1}, "haproxy", haproxyTCP},
	{"redis to bolt", "redis", "bolt", redisEcho, []int{1}, "haproxy", haproxyTCP},
	{"grpc to grpc", "grpc", "grpc", grpcEcho, []int{1, 16}, "haproxy", haproxyH2},
	{"http2 to http2", "http2", "http2", http2Echo, []int{1, 16}, "haproxy", haproxyH2},
	{"http to grpc", "http", "grpc", httpToGRPC, []int{1}, "grpc-gateway", gateway},
}

func (p *plan) run(only string) error {
	var err error
	if p.bin, err = buildDragoman(); err != nil {
		return err
	}
	for _, k := range cases {
		if !strings.Contains(k.name, only) {
			continue
		}
		if err := k.run(p); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	for _, more := range []struct {
		name string
		run  func(*plan) error
	}{{"grpc streams", streams}, {"stalled readers", stalled}} {
		if !strings.Contains(more.name, only) {
			continue
		}
		if err := more.run(p); err != nil {
			return fmt.Errorf("%s: %w", more.name, err)
		}
	}
	return nil
}

func (k *kase) run(p *plan) error {
	s, err := k.start(p)
	if err != nil {
		return err
	}
	defer s.stop()
	fmt.Printf("%-14s %5s %5s %8s %10s %10s  %5s %5s %5s  %9s %11s %7s\n", k.name, "conns", "depth", "direct/s", k.against+"/s", "dragoman/s",
		"ratio", "worst", "best", "its us", "dragoman us", "RSS MiB")
	idle := rss(s.dragoman.cmd.Process.Pid)
	request, _ := k.payload()
	t := &traffic{protocol: k.caller, request: request}
	for _, depth := range k.depths {
		for _, conns := range []int{16, 64} {
			m := newMeasurement(s)
			for round := range p.rounds + 1 {
				if err := m.take(t, conns, depth, p.each, round > 0); err != nil { // the first one warms up
					return err
				}
			}
			m.print(conns, depth)
		}
	}
	made, err := s.garbage(t, p.each)
	if err != nil {
		return err
	}
	fmt.Printf("    resident before the first call: %.1f MiB; garbage per call: %.2f KiB\n", float64(idle)/(1<<20), made/1024)
	return s.latency(t, k.against, p)
}

// loadOnly is for profiles: it calls a server that somebody else has started.
func loadOnly(protocol, addr string, depth int, each time.Duration) error {
	for _, k := range cases {
		if k.caller != protocol {
			continue
		}
		request, _ := k.payload()
		t := &traffic{protocol: protocol, request: request}
		for _, conns := range []int{16, 64} {
			rate, err := t.load(addr, conns, depth, each)
			if err != nil {
				return err
			}
			fmt.Printf("%s %d conns: %.0f/s\n", protocol, conns, rate)
		}
		break
	}
	return nil
}
