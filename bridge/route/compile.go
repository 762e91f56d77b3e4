package route

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Limits of a table. Patterns are worked out against each other, so that a call need not be: without a limit, thousands of
// services under thousands of catch-all rules would take gigabytes.
const (
	maxSplits  = 64      // clusters in one rule
	maxWeights = 1 << 31 // sum of the weights of one rule
	maxChoices = 1 << 18 // rules and their splits, counted once for each pattern they are to be tried for
)

// Error is what is wrong with one place of the Rules.
type Error struct {
	At   string // "rules[2].to[0].cluster"
	Text string
}

func (e *Error) Error() string { return "route: compile: " + e.At + ": " + e.Text }

// Compile makes a Table. The error, if there is one, joins an *Error for each thing that is wrong.
func Compile(r Rules) (*Table, error) {
	c := &compiler{table: newTable(), byName: map[string]*Service{}, clusters: map[string]bool{}}
	for _, name := range r.Clusters {
		c.clusters[name] = true
	}
	c.name(r.Services, r.Methods)
	for i := range r.Rules {
		c.rule(&r.Rules[i], &r.Defaults)
	}
	for i := range r.Allow {
		c.allow(&r.Allow[i])
	}
	if len(c.errs) == 0 {
		c.index()
	}
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	return c.table, nil
}

type compiler struct {
	table    *Table
	byName   map[string]*Service
	clusters map[string]bool
	rules    []*rule
	allows   []*allow
	choices  int // made so far
	errs     []error
}

func (c *compiler) fail(at, format string, args ...any) {
	c.errs = append(c.errs, &Error{at, fmt.Sprintf(format, args...)})
}

// pattern is parsePattern with the error noted.
func (c *compiler) pattern(at, s string) pattern {
	p, err := parsePattern(s)
	if err != nil {
		c.fail(at, "%v", err)
	}
	return p
}

// optional is pattern for what may be left out, which then fits everything.
func (c *compiler) optional(at, s string) pattern {
	if s == "" {
		return anything
	}
	return c.pattern(at, s)
}

func (c *compiler) rule(r *Rule, defaults *Policy) {
	m, at := &r.Match, r.At+".match"
	made := &rule{
		at:      r.At,
		index:   len(c.rules),
		service: c.pattern(at+".service", m.Service),
		method:  c.optional(at+".method", m.Method),
		version: c.optional(at+".version", m.Version),
		group:   c.optional(at+".group", m.Group),
		app:     c.optional(at+".app", m.App),
		policy:  r.Policy,
	}
	if m.Version == "0.0.0" { // which is how Dubbo says none, and codecs give as none
		made.version = pattern{}
	}
	made.needs.Meta = m.App != "" || m.Group != "" || len(m.Meta) > 0 || r.Policy.Limit != Limit{}
	for _, key := range slices.Sorted(maps.Keys(m.Meta)) {
		made.meta = append(made.meta, pair{key, m.Meta[key]})
	}
	if made.policy.Timeout == 0 {
		made.policy.Timeout, made.policy.Standard = defaults.Timeout, true
	}
	if made.policy.Retry.Times == 0 && len(made.policy.Retry.On) == 0 {
		made.policy.Retry = defaults.Retry
	}
	c.split(r, made)
	c.rules = append(c.rules, made)
}

// split works out the shares of a rule's clusters.
func (c *compiler) split(r *Rule, made *rule) {
	if len(r.To) == 0 || len(r.To) > maxSplits {
		c.fail(r.At+".to", "%d clusters: there must be 1 to %d", len(r.To), maxSplits)
		return
	}
	var sum uint64
	for i, s := range r.To {
		if !c.clusters[s.Cluster] {
			c.fail(fmt.Sprintf("%s.to[%d].cluster", r.At, i), "there is no cluster %q", s.Cluster)
		}
		sum += uint64(s.Weight)
		made.to = append(made.to, share{s.Cluster, sum})
	}
	if sum == 0 || sum > maxWeights {
		c.fail(r.At+".to", "the weights add up to %d: that must be 1 to %d", sum, maxWeights)
	}
}

func (c *compiler) allow(a *Allow) {
	made := &allow{at: a.At, index: len(c.allows), service: c.pattern(a.At+".service", a.Service)}
	for i, f := range a.From {
		at := fmt.Sprintf("%s.from[%d]", a.At, i)
		set := 0
		for _, s := range []string{f.MTLS, f.Listener, f.Unix} {
			if s != "" {
				set++
			}
		}
		if set != 1 {
			c.fail(at, "%d of mtls, listener and unix are set: there must be one", set)
			continue
		}
		from := origin{listener: f.Listener}
		if f.MTLS != "" {
			from.mtls = c.pattern(at+".mtls", f.MTLS)
		}
		if f.Unix != "" {
			from.unix = unixIdentity + f.Unix
		}
		made.from = append(made.from, from)
	}
	c.allows = append(c.allows, made)
	c.table.allows = c.allows
}

// index makes an entry for every name and every beginning that a rule, an allow entry or a service speaks of. Beginnings come
// before names and short ones before long ones: what applies to them applies to those that go on.
func (c *compiler) index() {
	patterns := []pattern{anything}
	rules, allows := map[pattern][]*rule{}, map[pattern]*allow{}
	for _, r := range c.rules {
		patterns = append(patterns, r.service)
		rules[r.service] = append(rules[r.service], r)
	}
	for _, a := range c.allows {
		patterns = append(patterns, a.service)
		if allows[a.service] == nil {
			allows[a.service] = a
		}
	}
	for name := range c.byName {
		patterns = append(patterns, pattern{text: name})
	}
	slices.SortFunc(patterns, wider)
	for _, p := range slices.Compact(patterns) {
		up := c.table.entry(p.text)
		e := &entry{service: c.byName[p.text], allow: earlier(up.allow, allows[p])}
		if p.prefix {
			e.service = nil
		}
		if !c.fill(e, up, rules[p]) {
			return
		}
		c.table.add(p, e)
	}
}

// fill gives e the rules of the next wider entry and its own, in their order. False: that is too much.
func (c *compiler) fill(e, up *entry, own []*rule) bool {
	all := slices.Clone(own)
	for i := range up.routes {
		all = append(all, up.routes[i].rule)
	}
	slices.SortFunc(all, func(a, b *rule) int { return a.index - b.index })
	for _, r := range all {
		if c.choices += len(r.to); c.choices > maxChoices {
			c.fail(r.at, "rules and the services they are to be tried for make more than %d pairs", maxChoices)
			return false
		}
		choices := make([]Choice, len(r.to))
		for i := range r.to {
			choices[i] = Choice{Cluster: r.to[i].cluster, Policy: &r.policy, Service: e.service, Rule: r.at}
		}
		e.routes = append(e.routes, route{r, choices})
		e.needs.Meta = e.needs.Meta || r.needs.Meta
	}
	e.needs.Meta = e.needs.Meta || e.allow != nil || e.service != nil && e.service.group != ""
	return true
}

// wider orders patterns so that what applies to one of them stands before it.
func wider(a, b pattern) int {
	if a.prefix != b.prefix {
		if a.prefix {
			return -1
		}
		return 1
	}
	return cmp.Or(len(a.text)-len(b.text), strings.Compare(a.text, b.text))
}

// earlier gives the one that comes first in the configuration; nil is none.
func earlier(a, b *allow) *allow {
	if a == nil || b != nil && b.index < a.index {
		return b
	}
	return a
}
