// Package config reads the configuration: one strict YAML file, checked as a whole, every fault told with its place.
//
// It knows the keys, their units, limits and defaults, in one table that also prints docs/config.md. It refuses to know what
// is done with them, and which protocols there are: the caller says.
package config

import (
	"net"
	"net/netip"
	"strings"
	"time"

	"github.com/dragoman-rpc/dragoman/bridge/route"
	"github.com/dragoman-rpc/dragoman/codecs"
)

// Config is a configuration that has been checked: names that it refers to exist, defaults are filled in, and file names lead
// from the working directory. It is not changed after Parse or Load.
type Config struct {
	Listen    []Listen
	Admin     Admin
	Clusters  []Cluster  // in the order of the file; behind them one for each different target of Local
	Local     []Local    // each is also a rule, behind all others
	Contracts []Contract // each file once
	Learn     Learn
	Routes    route.Rules // without Methods, which stand in the contracts
	Log       Log
	Drain     Drain

	file  string
	nodes nodes
}

// Listen is an address that takes calls.
type Listen struct {
	Addr    string                       // host:port or unix:/path, as written: what Origin.Listener says
	Accept  []string                     // protocols; never empty
	TLS     *ServerTLS                   // nil: plaintext
	Engine  string                       // "std"
	Options map[string]map[string]string // protocol: option: value
	Limits  Limits
}

// Limits bound what one listener holds.
type Limits struct {
	Frame       int           // bytes of one message
	Head        int           // bytes of a head or of a line
	Connections int           // open at one time
	Calls       int           // in flight on one connection, which is not read further when there are as many
	Idle        time.Duration // after which a connection without a call is closed; 0: never
	Request     time.Duration // that a request may take to arrive
}

// ServerTLS is what a listener shows and what it asks of its clients.
type ServerTLS struct{ Cert, Key, Clients string }

// Local sends services to a program beside this one.
type Local struct{ Service, Addr, Protocol string }

// Admin is where operators ask and command.
type Admin struct {
	Addr   string // "": none
	Socket string // "": none
}

// Cluster is a set of endpoints that are treated alike.
type Cluster struct {
	Name        string
	Protocol    string
	Endpoints   []string // host:port or unix:/path
	TLS         *ClientTLS
	Engine      string // "std"
	Connections int    // to one endpoint
	Depth       int    // calls in flight on a connection whose replies come in order
	Inflight    int    // calls in flight at one endpoint, over which they wait; 0: no limit
	DialTimeout time.Duration
	Encoding    string            // of request bodies; "": the protocol's first
	Options     map[string]string // of the protocol
	Frame, Head int               // bytes of one message, of a head
}

// ClientTLS is what a cluster's endpoints are asked to show, and what they are shown.
type ClientTLS struct {
	CA, Cert, Key string // files; CA "": the system's
	Name          string // that the certificate must bear; "": the endpoint's host
	Insecure      bool   // no check at all
}

// Contract is a file of types. At is the place that names it, for errors.
type Contract struct {
	At   string // to be given to Config.At
	Path string
	Of   []string // the names of the services that it is the contract of
	Data []byte   // set by Load
}

// Learn is what is made of the types that calls show.
type Learn struct {
	Mode    string // one of LearnOff, LearnSuggest, LearnUse
	File    string // where it is kept; "": only in memory
	Methods int    // that are kept at most
}

// The modes of Learn.
const (
	LearnOff     = "off"
	LearnSuggest = "suggest" // shown to people
	LearnUse     = "use"     // behind the contracts, for calls
)

// Log is what is written to standard error.
type Log struct{ Level, Format string }

// Drain is how the process ends.
type Drain struct {
	Wait    time.Duration // between being no longer ready and no longer accepting
	Timeout time.Duration // for calls in flight
}

// Known is what the process can do, as far as a configuration can ask for it.
type Known struct{ Protocols []codecs.Protocol }

// At gives the place of a value in the file, "dragoman.yaml:3:9", by its path, "listen[0].tls.cert". If nothing is written
// there it is the place of the nearest value around it.
func (c *Config) At(path string) string {
	e := c.nodes.fault(c.file, path)
	return e.place()
}

// Network gives what net.Listen and net.Dial want to know of an address in a configuration.
func Network(addr string) (network, address string) {
	if path, ok := strings.CutPrefix(addr, unixPrefix); ok {
		return "unix", path
	}
	return "tcp", addr
}

const unixPrefix = "unix:"

// loopback says whether an address takes connections from this machine only.
func loopback(addr string) bool {
	network, address := Network(addr)
	if network == "unix" {
		return true
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.Unmap().IsLoopback()
}
