package main

import (
	"fmt"
	"time"
)

// idlers is how many readers stop.
const idlers = 200

// stalled has many clients ask for endless streams and read no further, and looks what that does to the memory of the process and
// to another client. Once they stop reading the socket, with windows that never close; once they read it but leave their windows
// shut.
func stalled(p *plan) error {
	fmt.Printf("%-15s %-14s %-9s %9s %9s  %11s %10s  %5s\n", "stalled readers", "", "", "idle MiB", "RSS MiB", "other alone", "other with", "ratio")
	for _, how := range []struct {
		name   string
		window uint32
		reads  bool
	}{{"socket unread", 1<<31 - 1, false}, {"window shut", firstWindow, true}} {
		k := kase{name: "stalled", caller: "grpc", server: "grpc", against: "haproxy", yardstick: haproxyH2}
		s, err := k.start(p)
		if err != nil {
			return err
		}
		for i, side := range s.all()[1:] {
			line, err := stall(p, side, how.window, how.reads)
			if err != nil {
				return fmt.Errorf("%s: %w", sideNames[i+1], err)
			}
			fmt.Printf("%-15s %-14s %-9s %s\n", "", how.name, []string{"haproxy", "dragoman"}[i], line)
		}
		s.stop()
	}
	return nil
}

func stall(p *plan, side *process, window uint32, reads bool) (line string, err error) {
	other := &traffic{protocol: "grpc", request: grpcMessage(text)}
	idle := mib(side)
	var alone, with []float64
	measure := func(to *[]float64) error {
		for range p.rounds {
			rate, err := other.load(side.addr, 16, 1, p.each)
			if err != nil {
				return fmt.Errorf("the other client: %w", err)
			}
			*to = append(*to, rate)
		}
		return nil
	}
	if err := measure(&alone); err != nil {
		return "", err
	}
	for range idlers {
		r, err := newReader(side.addr, window)
		if err != nil {
			return "", err
		}
		defer r.Close() //nolint:errcheck // nothing hangs on it
		if reads {
			go func() {
				for err := error(nil); err == nil; {
					_, err = r.read()
				}
			}()
		}
	}
	if err := settle(side); err != nil {
		return "", err
	}
	full := mib(side)
	if err := measure(&with); err != nil {
		return "", err
	}
	full = max(full, mib(side))
	return fmt.Sprintf("%9.1f %9.1f  %11.0f %10.0f  %5.2f", idle, full, median(alone), median(with), median(with)/median(alone)), nil
}

// settle waits until a process has nothing more to do, as its CPU time says.
func settle(p *process) error {
	const quiet, most = 500 * time.Millisecond, 30 * time.Second
	begin := time.Now()
	for used := cpu(p.cmd.Process.Pid); time.Since(begin) < most; {
		time.Sleep(quiet)
		now := cpu(p.cmd.Process.Pid)
		if now-used <= 10*time.Millisecond {
			return nil
		}
		used = now
	}
	return fmt.Errorf("%s was still busy after %v", p.cmd.Path, most)
}
