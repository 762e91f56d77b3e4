package bridge

import (
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/bridge/observe"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// Known is what a Bridge knows of methods, for people and as JSON.
type Known struct {
	Learn   string        `json:"learn"`          // the mode
	File    string        `json:"file,omitempty"` // that what was learned is kept in
	Methods []KnownMethod `json:"methods"`        // the declared ones first
}

// KnownMethod is one method. Seen, Last and Conflicts are of learned ones.
type KnownMethod struct {
	Service   string    `json:"service"`
	Version   string    `json:"version,omitempty"`
	Group     string    `json:"group,omitempty"`
	Text      string    `json:"text"` // "String echo(String)"
	Source    string    `json:"source"`
	State     string    `json:"state"`               // one of the States
	Seen      int       `json:"seen,omitempty"`      // calls that were looked at since the process began
	Last      time.Time `json:"last,omitzero"`       // when the last of them was; zero: it was read from the file
	Conflicts int       `json:"conflicts,omitempty"` // values that disagreed
}

// The sources and states of a KnownMethod.
const (
	SourceDeclared = "declared"
	SourceLearned  = "learned"

	StateUsed      = "used"      // calls go by it
	StateSuggested = "suggested" // they would if the mode were use
	StateOpen      = "open"      // too little is known
	StateHidden    = "hidden"    // a contract declares a method of that name
)

// Contracts gives all methods that are declared or learned.
func (b *Bridge) Contracts() Known {
	s := b.now.Load()
	known := Known{Learn: s.conf.Learn.Mode, File: s.conf.Learn.File, Methods: []KnownMethod{}}
	for _, svc := range s.book.Services {
		for _, m := range svc.Methods {
			text := m.String()
			if m.Result != nil {
				text = contract.Short(m.Result.Name) + " " + text
			}
			known.Methods = append(known.Methods, KnownMethod{Service: svc.Name, Version: svc.Version, Group: svc.Group, Text: text,
				Source: SourceDeclared, State: StateUsed})
		}
	}
	if s.learned == nil {
		return known
	}
	for _, m := range s.learned.Methods() {
		k := KnownMethod{Service: m.Service, Version: m.Version, Group: m.Group, Text: m.Text, Source: SourceLearned, State: StateSuggested,
			Seen: m.Seen, Last: m.Last, Conflicts: m.Clashes}
		switch {
		case len(s.book.Lookup(m.Service, "", "", m.Method, "", -1)) > 0:
			k.State = StateHidden
		case m.Open:
			k.State = StateOpen
		case s.conf.Learn.Mode == config.LearnUse:
			k.State = StateUsed
		}
		known.Methods = append(known.Methods, k)
	}
	return known
}

// Learned is what was learned as a contract file, with nothing in it if nothing was.
func (b *Bridge) Learned() []byte {
	s := b.now.Load()
	if s.learned == nil {
		return nil
	}
	return s.learned.Text()
}

// lessons is what calls have taught, for the metrics: nothing if that was never asked for.
func (b *Bridge) lessons() observe.Learned {
	s := b.now.Load()
	if s == nil || s.learned == nil {
		return observe.Learned{}
	}
	n := s.learned.Stats()
	return observe.Learned{Methods: uint64(n.Methods), Samples: n.Samples, Dropped: n.Dropped, Refused: n.Refused, Unread: n.Unread}
}
