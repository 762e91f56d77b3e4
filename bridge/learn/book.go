package learn

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

var _ contract.Book = (*Store)(nil)

// Lookup implements contract.Book. Methods of which too little is known to write their arguments are left out. Of those that differ only in
// version or group there is one: what is learned never makes a choice harder.
func (s *Store) Lookup(service, group, version, method, descriptor string, args int) []*contract.Method {
	ms := s.view.Load().Lookup(service, group, version, method, descriptor, args)
	for i := 1; i < len(ms); i++ {
		if slices.ContainsFunc(ms[:i], func(o *contract.Method) bool { return o.Descriptor == ms[i].Descriptor }) {
			return distinct(ms)
		}
	}
	return ms
}

func distinct(ms []*contract.Method) (some []*contract.Method) {
	for _, m := range ms {
		if !slices.ContainsFunc(some, func(o *contract.Method) bool { return o.Descriptor == m.Descriptor }) {
			some = append(some, m)
		}
	}
	return some
}

// Type implements contract.Book.
func (s *Store) Type(name string) *contract.Type { return s.view.Load().Type(name) }

// Method is what is known of one method, for people.
type Method struct {
	Key
	Text    string    // as a contract file has it
	Seen    int       // calls that were looked at since the process began
	Last    time.Time // when the last of them was; zero: it was read from the file
	Clashes int       // values that disagreed, in its own types and in the classes of its parameters and result
	Open    bool      // too little is known to use it
}

// Methods gives all that is known, in the order of services and methods.
func (s *Store) Methods() []Method {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]Method, 0, len(s.model.methods))
	for k, w := range s.model.methods {
		list = append(list, Method{Key: k, Text: s.model.signature(w), Seen: w.seen, Last: w.last, Clashes: w.clashes + s.model.clashes(w), Open: s.model.open(w)})
	}
	slices.SortFunc(list, func(x, y Method) int {
		return cmp.Or(strings.Compare(x.Service, y.Service), strings.Compare(x.Version, y.Version), strings.Compare(x.Group, y.Group), strings.Compare(x.Text, y.Text))
	})
	return list
}

// clashes counts how often values of the classes that a method names disagreed. Classes inside those are left out.
func (m *model) clashes(w *method) (n int) {
	named := map[string]bool{}
	for _, s := range append(slices.Clone(w.params), w.result) {
		for ; s != nil; s = s.elem {
			named[s.name] = true
		}
	}
	for name := range maps.Keys(named) {
		if c := m.classes[name]; c != nil {
			n += c.clashes
		}
	}
	return n
}

// Text is all that is known as a contract file.
func (s *Store) Text() []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.model.text(true)
}

// Stats count what happened.
type Stats struct {
	Methods int    // that are known
	Classes int    // that are known
	Samples uint64 // calls that were looked at
	Dropped uint64 // for want of room in the queue
	Refused uint64 // of methods that cannot be known, for their names or for want of room
	Unread  uint64 // that could not be read
}

// Stats gives the counts.
func (s *Store) Stats() Stats {
	s.mu.Lock()
	methods, classes := len(s.model.methods), len(s.model.classes)
	s.mu.Unlock()
	return Stats{Methods: methods, Classes: classes, Samples: s.stats.samples.Load(), Dropped: s.stats.dropped.Load(),
		Refused: s.stats.refused.Load(), Unread: s.stats.unread.Load()}
}
