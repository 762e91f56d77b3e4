// Package route decides where a call goes: names and rules compiled into a Table that is only read from then on.
//
// It knows patterns, names, weights and policies. It refuses to know I/O, the clock and chance: the caller draws the number
// that splits traffic, so every decision can be written into a test. It does not know which protocols or clusters exist but by
// the names it is given, and it does not carry out a policy.
package route

import (
	"time"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Rules is what a Table is made of. Compile keeps nothing of it but strings.
//
// A pattern is a text that must be met exactly, or one that ends in * and must be the beginning; * alone fits everything. In
// version, group, app and method the empty pattern fits everything too.
type Rules struct {
	Services []Names
	Rules    []Rule              // the first that fits decides
	Allow    []Allow             // the first whose service fits decides
	Defaults Policy              // Timeout and Retry of rules that have none of their own
	Clusters []string            // those that exist
	Methods  map[string][]string // canonical service name: the methods that its contract has
}

// Names is one service: its canonical name, what it is called in each protocol, and what a caller means who does not say.
type Names struct {
	At             string // where this stands in the configuration, for errors: "services[0]"
	Name           string
	Version, Group string
	As             map[string]string            // protocol: name there
	Methods        map[string]map[string]string // canonical method: protocol: name there
}

// Rule sends the calls that it matches to a cluster, or splits them among several.
type Rule struct {
	At     string // where this stands, for errors and Explain: "rules[0]"
	Match  Match
	To     []Split
	Policy Policy
}

// Match is what must hold of a call, all of it. Names are canonical.
type Match struct {
	Service, Method, Version, Group string // patterns; version 0.0.0 is met by a call without one
	App                             string // pattern of the calling application, as it calls itself: a claim
	Meta                            map[string]string
}

// Split is one of a rule's clusters and its share of the rule's calls, in parts of the sum of weights.
type Split struct {
	Cluster string
	Weight  uint32
}

// Policy is how a call is treated. Each rule has its own: its address is a key for counters that belong to the rule.
type Policy struct {
	Timeout    time.Duration // the call may not take longer; 0: no limit but the caller's
	Standard   bool          // set by Compile: Timeout is that of the defaults, and not the rule's own
	Retry      Retry
	Limit      Limit
	Idempotent bool // may be sent again even if a server may have seen it
}

// Retry says how often a call that failed is tried again, and after which failures.
type Retry struct {
	Times int
	On    []codecs.Code
}

// Covers says whether the failure c is one to try again after.
func (r *Retry) Covers(c codecs.Code) bool {
	for _, on := range r.On {
		if on == c {
			return true
		}
	}
	return false
}

// Limit bounds the calls under a rule. 0 is no limit.
type Limit struct {
	Rate     float64 // calls per second
	Inflight int     // calls at one time
}

// Allow says who may call the services that fit. From without an entry is nobody.
type Allow struct {
	At      string // where this stands, for errors and Explain: "allow[0]"
	Service string // pattern
	From    []From // one of them is enough
}

// From is a caller that can be told for certain. Exactly one field is set.
type From struct {
	MTLS     string // pattern of the identity proven by mutual TLS
	Listener string // the address of the listener that the call came in by, as configured
	Unix     string // uid of the process at the other end of a Unix socket
}
