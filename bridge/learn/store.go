// Package learn is what calls teach about a service: the types of its methods' arguments and results, from the values that programs
// which have the types write down. What one working Dubbo client shows, a caller without types needs.
//
// It knows tokens, which name classes where a syntax does, and contract files, in which it keeps what it knows. It refuses to know
// protocols and syntaxes by name, to learn from a call that failed, to say anything of a method that a contract declares, and to hold
// a call up: a sample is copied, put into a queue if there is room, and looked at by one goroutine.
//
// A server's success is the proof that a value was of the right types. Names come from callers all the same, so they are
// bounded, printable, Java's, and so many and no more.
package learn

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/token"
	"github.com/dragoman-rpc/dragoman/codecs/wire"
)

// MaxBody is the largest body that is looked at, in bytes.
const MaxBody = 64 << 10

// How much is looked at, and how often what was learned is taken into use and written down.
const (
	firstCalls = 16 // of each method since the process began; then one of every everyCalls
	everyCalls = 64
	perSecond  = 64 // samples of all methods, also of those that fail
	queueLen   = 64
	maxHeld    = 256     // calls in flight of which a sample is held, of twice MaxBody at most
	buildShare = 10      // the view is built for at most one of so many moments
	maxFile    = 4 << 20 // bytes, as of any contract
	buildAfter = 50 * time.Millisecond
	saveAfter  = 5 * time.Second
)

// Options say what a Store is made with.
type Options struct {
	File      string // that it is kept in; "": only in memory
	Methods   int    // that are kept at most
	Encodings map[string]codecs.Encoding
	Log       *slog.Logger
}

// Sample is one call that went well, or that ended in an exception of the server's: then Result is what was thrown.
type Sample struct {
	Key
	Args, Result       []byte // copies
	ArgsAs, ResultAs   codecs.Format
	Fault, ResultKnown bool // ResultKnown: Result is to be read
}

// Store is what was learned. Make one with Open. Safe for concurrent use.
type Store struct {
	o     Options
	types map[string]bool // encodings whose values name their classes
	queue chan *Sample
	stop  chan struct{}
	done  chan struct{}
	once  sync.Once

	mu    sync.Mutex
	model *model
	fresh bool // the view is older than the model
	dirty bool // the file is

	view  atomic.Pointer[contract.Index]
	calls atomic.Pointer[map[Key]*atomic.Uint64] // of methods that are known, their Group left out
	held  atomic.Int64                           // calls in flight
	rate  rate
	stats counters
}

type counters struct{ samples, dropped, refused, unread atomic.Uint64 }

// Open makes a Store with what its file says, if that is there, and starts to learn.
func Open(o Options) (*Store, error) {
	s := &Store{o: o, types: map[string]bool{}, queue: make(chan *Sample, queueLen), stop: make(chan struct{}), done: make(chan struct{}),
		model: newModel(o.Methods)}
	for name, e := range o.Encodings {
		if _, typed := e.(codecs.Typed); typed {
			continue
		}
		r := e.Reader(wire.Body{}, codecs.Format{Encoding: name}, nil)
		_, plain := r.(token.Plain)
		r.Close()
		s.types[name] = !plain
	}
	if o.File != "" {
		data, err := readFile(o.File)
		var leftOut int
		if err == nil {
			leftOut, err = s.model.load(o.File, data)
		}
		if leftOut > 0 {
			o.Log.Warn("methods of the file of what was learned are left out, and will be gone from it", "file", o.File, "methods", leftOut)
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("learn: %w", err)
		}
	}
	s.build()
	go s.run()
	return s, nil
}

func readFile(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // nothing was written
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is over the limit of %d bytes", name, maxFile)
	}
	return data, err
}

// Close looks at what waits, writes the file and stops. A nil Store has nothing to do.
func (s *Store) Close() {
	if s == nil {
		return
	}
	s.once.Do(func() { close(s.stop) })
	<-s.done
}

// Behind says what is declared: a class that it has is what it says. A nil Store has none of its own.
func (s *Store) Behind(declared *contract.Index) {
	if s == nil {
		return
	}
	s.mu.Lock()
	s.model.declared = declared
	s.mu.Unlock()
	s.build()
}

// Wants says whether a call is to be looked at, should it go well. The Group need not be known yet. It costs next to nothing.
func (s *Store) Wants(k Key, as codecs.Format) bool {
	if !s.types[as.Encoding] || s.held.Load() >= maxHeld {
		return false
	}
	k.Group = ""
	all := *s.calls.Load()
	if calls := all[k]; calls != nil {
		if n := calls.Add(1); n > firstCalls && n%everyCalls != 0 {
			return false
		}
	} else if len(all) >= s.o.Methods {
		return false
	}
	return s.rate.take(time.Now())
}

// Hold says that a sample is held until its call is answered. Every Hold must have a Release, offered or not.
func (s *Store) Hold() { s.held.Add(1) }

// Release says that the call is over.
func (s *Store) Release() { s.held.Add(-1) }

// rate lets so many pass in a second. Where two seconds meet, goroutines may let a few more pass.
type rate struct{ second, used atomic.Int64 }

func (r *rate) take(now time.Time) bool {
	if second := now.Unix(); r.second.Swap(second) != second {
		r.used.Store(0)
	}
	return r.used.Add(1) <= perSecond
}

// Offer gives a sample away. Without room in the queue it is dropped.
func (s *Store) Offer(x *Sample) {
	select {
	case s.queue <- x:
	default:
		s.stats.dropped.Add(1)
	}
}

// run learns until Close.
func (s *Store) run() {
	defer close(s.done)
	build, save := time.NewTimer(buildAfter), time.NewTimer(saveAfter)
	build.Stop()
	save.Stop()
	var building, saving bool
	pause := buildAfter
	for {
		select {
		case x := <-s.queue:
			if s.learn(x) && !building {
				building = true
				build.Reset(pause)
			}
		case <-build.C:
			building = false
			begun := time.Now()
			s.build()
			pause = max(buildAfter, buildShare*time.Since(begun))
			if !saving {
				saving = true
				save.Reset(saveAfter)
			}
		case <-save.C:
			saving = false
			s.save()
		case <-s.stop:
			build.Stop()
			save.Stop()
			for len(s.queue) > 0 {
				s.learn(<-s.queue)
			}
			s.save()
			return
		}
	}
}

// learn looks at a sample.
func (s *Store) learn(x *Sample) (changed bool) {
	defer s.stats.samples.Add(1)
	l, err := s.read(x)
	if err != nil {
		s.stats.unread.Add(1)
		s.o.Log.Debug("nothing learned", "service", x.Service, "method", x.Method, "err", err)
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	changed, refused := s.model.learn(l)
	if refused {
		s.stats.refused.Add(1)
	}
	s.dirty, s.fresh = s.dirty || changed, s.fresh || changed
	return changed
}

// read makes a lesson of a sample.
func (s *Store) read(x *Sample) (*lesson, error) {
	l := &lesson{key: x.Key, at: time.Now()}
	params, err := contract.FromDescriptor(x.Descriptor, nil)
	if err != nil {
		return nil, err
	}
	o := newObserver()
	l.classes = o.classes
	r := s.o.Encodings[x.ArgsAs.Encoding].Reader(wire.Borrow(x.Args), x.ArgsAs, params)
	l.params, err = o.args(r)
	r.Close()
	if err != nil || !x.ResultKnown {
		return l, err
	}
	if !s.types[x.ResultAs.Encoding] {
		return nil, fmt.Errorf("learn: a result in %v", x.ResultAs)
	}
	r = s.o.Encodings[x.ResultAs.Encoding].Reader(wire.Borrow(x.Result), x.ResultAs, nil)
	defer r.Close()
	if x.Fault {
		var name string
		if name, err = o.thrown(r); name != "" {
			l.thrown = []string{name}
		}
	} else {
		l.result, err = o.result(r)
	}
	return l, err
}

// build takes what is known into use.
func (s *Store) build() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fresh = false
	calls := map[Key]*atomic.Uint64{}
	old := s.calls.Load()
	for k := range s.model.methods {
		k.Group = ""
		if old != nil && (*old)[k] != nil {
			calls[k] = (*old)[k]
		} else if calls[k] == nil {
			calls[k] = new(atomic.Uint64)
		}
	}
	s.calls.Store(&calls)
	x, err := s.model.index()
	if err == nil {
		s.view.Store(x)
		return
	}
	s.o.Log.Error("what was learned does not fit together", "err", err) // the last that did stays in use
	if s.view.Load() == nil {
		s.view.Store(new(contract.Index))
	}
}

// index is what is known well enough to be used, behind what is declared.
func (m *model) index() (*contract.Index, error) {
	declared := m.declared
	if declared == nil {
		declared = new(contract.Index)
	}
	f, err := contract.Parse("learned", m.text(false))
	if err != nil {
		return nil, err
	}
	return contract.BuildBehind(declared, contract.Learned, f)
}

// Index gives what is known now behind what is declared, for those who join it with more.
func (s *Store) Index(declared *contract.Index) (*contract.Index, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.model.behind(declared)()
	return s.model.index()
}

// save writes the file if there is something new, so that there is always a whole one.
func (s *Store) save() {
	s.mu.Lock()
	text, dirty := s.model.text(true), s.dirty
	s.dirty = false
	s.mu.Unlock()
	if !dirty || s.o.File == "" {
		return
	}
	if err := replace(s.o.File, text); err != nil {
		s.o.Log.Error("what was learned cannot be written down", "err", err)
		s.mu.Lock()
		s.dirty = true
		s.mu.Unlock()
	}
}

// replace puts a file in the place of another.
func replace(name string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), filepath.Base(name)+".*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		_ = os.Remove(f.Name()) // the error says more
	}
	return err
}
