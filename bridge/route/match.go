package route

import (
	"slices"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Table is compiled Rules. It is immutable and safe for concurrent use, and its methods but Explain allocate nothing for a
// call that is routed and allowed.
type Table struct {
	services names[*Service]
	exact    map[string]*entry
	prefix   map[string]*entry // always has "", which applies to every name
	lengths  []int             // of the keys of prefix but "", longest first
	allows   []*allow          // all of them
}

// Choice is what a rule decided. It belongs to the table and is not to be changed.
type Choice struct {
	Cluster string
	Policy  *Policy
	Service *Service // nil: not named by the configuration
	Rule    string   // where the rule stands: "rules[0]"
}

// Needs are the facts that cost something to find out, and that the rules of a service ask for.
type Needs struct {
	// Meta is metadata, or a group that stands among it. It is needed too where callers are limited or told apart: a Dubbo
	// provider obeys what stands among its metadata rather than the head, and only who loads it sees that the two agree.
	Meta bool
}

// entry is what applies to one name, or to all names that begin with one text and no longer one of the table.
type entry struct {
	service *Service
	routes  []route // in the order of the rules
	allow   *allow  // nil: open
	needs   Needs
}

// route is a rule as it applies to one entry.
type route struct {
	rule    *rule
	choices []Choice // one for each of rule.to
}

type rule struct {
	at                                   string
	index                                int
	service, method, version, group, app pattern
	meta                                 []pair
	to                                   []share
	policy                               Policy
	needs                                Needs
}

type pair struct{ key, value string }

// share is a cluster and the sum of the weights up to its own.
type share struct {
	cluster string
	upto    uint64
}

func newTable() *Table {
	return &Table{exact: map[string]*entry{}, prefix: map[string]*entry{"": {}}}
}

// add puts in an entry. Prefixes come in the order of their length.
func (t *Table) add(p pattern, e *entry) {
	if !p.prefix {
		t.exact[p.text] = e
		return
	}
	t.prefix[p.text] = e
	if n := len(p.text); n > 0 && (len(t.lengths) == 0 || t.lengths[0] != n) {
		t.lengths = slices.Insert(t.lengths, 0, n)
	}
}

// entry finds what applies to a name: it takes one look-up, or one more for each length that a prefix has.
func (t *Table) entry(service string) *entry {
	if e, ok := t.exact[service]; ok {
		return e
	}
	for _, n := range t.lengths {
		if n > len(service) {
			continue
		}
		if e, ok := t.prefix[service[:n]]; ok {
			return e
		}
	}
	return t.prefix[""]
}

// Known says whether the configuration speaks of this very service.
func (t *Table) Known(service string) bool {
	_, ok := t.exact[service]
	return ok
}

// Needs says what must be known of a call of service, a canonical name, before Match.
func (t *Table) Needs(service string) Needs { return t.entry(service).needs }

// Match finds the first rule that fits a call with canonical names, and takes one of its clusters by draw, of which every
// value is equally likely. The error is a *codecs.Error with code NotFound.
func (t *Table) Match(h *codecs.Header, draw uint32) (*Choice, error) {
	e := t.entry(h.Service)
	for i := range e.routes {
		if r := &e.routes[i]; r.rule.misfit(h) == "" {
			return &r.choices[r.rule.pick(draw)], nil
		}
	}
	if len(e.routes) == 0 {
		return nil, codecs.Errorf(codecs.NotFound, "route: match: no rule for service %q", clip(h.Service))
	}
	return nil, codecs.Errorf(codecs.NotFound, "route: match: service %q: none of %d rules fits method %q, version %q, group %q",
		clip(h.Service), len(e.routes), clip(h.Method), clip(h.Version), clip(h.Group))
}

// misfit names the first condition that does not hold, and is empty if all do. The service has been looked at.
func (r *rule) misfit(h *codecs.Header) string {
	switch {
	case !r.method.fits(h.Method):
		return "method"
	case !r.version.fits(h.Version):
		return "version"
	case !r.group.fits(h.Group):
		return "group"
	case r.app != anything && !r.app.fits(app(&h.Meta)):
		return "app"
	}
	for i := range r.meta {
		if v, ok := h.Meta.Get(r.meta[i].key); !ok || v != r.meta[i].value {
			return "meta"
		}
	}
	return ""
}

// pick turns a number into the place of a share.
func (r *rule) pick(draw uint32) int {
	if len(r.to) == 1 {
		return 0
	}
	n := uint64(draw) * r.to[len(r.to)-1].upto >> 32
	i := 0
	for n >= r.to[i].upto {
		i++
	}
	return i
}

// app is the application that the caller says it is. Dubbo's consumers write the first key, or the second.
func app(m *codecs.Meta) string {
	for _, key := range [...]string{"remote.application", "application", "app"} {
		if v, ok := m.Get(key); ok {
			return v
		}
	}
	return ""
}

// clip shortens a text from the wire for an error.
func clip(s string) string {
	const most = 128
	if len(s) > most {
		return strings.ToValidUTF8(s[:most], "") + "…"
	}
	return s
}
