package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/dragoman-rpc/dragoman/bridge/clock"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// alarm notes when it went off.
type alarm struct {
	clock.Timer
	began time.Time
	rang  []time.Duration
}

func (a *alarm) Expire() { a.rang = append(a.rang, time.Since(a.began)) }

func (a *alarm) start(w *clock.Wheel, d time.Duration) {
	a.began = time.Now()
	w.Start(&a.Timer, time.Now().Add(d), a)
}

// TestWheel: no timer fires early, none more than two ticks late, and each fires once: also those that are further away than the
// wheel is round.
func TestWheel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := clock.New()
		defer w.Close()
		for _, d := range []time.Duration{
			0, -time.Second, time.Nanosecond, clock.Tick - 1, clock.Tick, clock.Tick + 1, 7 * clock.Tick, time.Second,
			1023 * clock.Tick, 1024 * clock.Tick, 1025 * clock.Tick, time.Minute, time.Hour,
		} {
			var a alarm
			time.Sleep(3 * time.Millisecond) // so that starts fall between ticks
			a.start(w, d)
			time.Sleep(max(d, 0) + 10*time.Second)
			synctest.Wait()
			if len(a.rang) != 1 || a.rang[0] < d || a.rang[0] > max(d, 0)+2*clock.Tick {
				t.Errorf("%v: rang after %v", d, a.rang)
			}
		}
	})
}

// TestMany: timers of one tick and of many, stopped, started anew and left alone.
func TestMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := clock.New()
		defer w.Close()
		const n = 3000
		all := make([]alarm, n)
		due := func(i int) time.Duration { return time.Duration(i%700) * 3 * time.Millisecond }
		for i := range all {
			all[i].start(w, due(i))
		}
		for i := range all {
			switch i % 3 {
			case 1:
				if !w.Stop(&all[i].Timer) {
					t.Errorf("%d was not running", i)
				}
				if w.Stop(&all[i].Timer) {
					t.Errorf("%d was stopped twice", i)
				}
			case 2:
				all[i].start(w, due(i)+time.Second)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		for i := range all {
			want := due(i)
			if i%3 == 2 {
				want += time.Second
			}
			switch rang := all[i].rang; {
			case i%3 == 1 && len(rang) != 0:
				t.Errorf("%d was stopped and rang after %v", i, rang)
			case i%3 != 1 && (len(rang) != 1 || rang[0] < want || rang[0] > want+2*clock.Tick):
				t.Errorf("%d: rang after %v, want %v", i, rang, want)
			}
			if w.Stop(&all[i].Timer) {
				t.Errorf("%d rang and was running", i)
			}
		}
	})
}

// again starts itself anew a few times, from Expire.
type again struct {
	clock.Timer
	w    *clock.Wheel
	left int
	last time.Time
	gaps []time.Duration
}

func (a *again) Expire() {
	a.gaps = append(a.gaps, time.Since(a.last))
	a.last = time.Now()
	if a.left--; a.left > 0 {
		a.w.Start(&a.Timer, time.Now().Add(20*time.Millisecond), a)
	}
}

// TestAnew: a timer may be started from its own Expire, and after the wheel has slept for long.
func TestAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := clock.New()
		defer w.Close()
		for range 2 {
			a := &again{w: w, left: 5, last: time.Now()}
			w.Start(&a.Timer, time.Now().Add(20*time.Millisecond), a)
			time.Sleep(time.Hour)
			synctest.Wait()
			if len(a.gaps) != 5 {
				t.Fatalf("rang %d times, want 5", len(a.gaps))
			}
			for _, g := range a.gaps {
				if g < 20*time.Millisecond || g > 20*time.Millisecond+2*clock.Tick {
					t.Errorf("rang after %v", g)
				}
			}
		}
	})
}

// TestClose: what runs when the wheel is closed never fires; a second Close does nothing.
func TestClose(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := clock.New()
		var a alarm
		a.start(w, time.Second)
		w.Close()
		w.Close()
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(a.rang) != 0 {
			t.Errorf("rang after %v", a.rang)
		}
	})
}

func TestAllocates(t *testing.T) {
	w := clock.New()
	defer w.Close()
	var a alarm
	if n := testing.AllocsPerRun(1000, func() { a.start(w, time.Hour); w.Stop(&a.Timer) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkStartStop(b *testing.B) {
	w := clock.New()
	defer w.Close()
	var busy, a alarm
	busy.start(w, time.Hour) // so that the wheel turns
	b.ReportAllocs()
	for b.Loop() {
		a.start(w, time.Second)
		w.Stop(&a.Timer)
	}
}
