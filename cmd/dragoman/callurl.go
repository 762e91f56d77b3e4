package main

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/all"
	"github.com/dragoman-rpc/dragoman/codecs/bolt"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
	"github.com/dragoman-rpc/dragoman/codecs/hsf"
)

// parseURL takes PROTOCOL://host:port/service/method?version=&group=&types=&encoding= apart. A service's name keeps its slashes, and the one
// in front where that is how the protocol writes names.
func parseURL(s string) (to clientOptions, r *request, err error) {
	u, err := url.Parse(s)
	if err != nil {
		return to, nil, misuse(err.Error())
	}
	to = clientOptions{protocol: u.Scheme, addr: u.Host}
	switch u.Scheme {
	case "https", "grpcs":
		to.protocol, to.tls = strings.TrimSuffix(u.Scheme, "s"), &config.ClientTLS{}
	case "h2c":
		to.protocol, to.version = "http", "2"
	}
	if _, ok := codecs.Find(all.Codecs(), to.protocol, ""); !ok {
		return to, nil, misuse(fmt.Sprintf("%s: protocol %q is none of %s, h2c, https, grpcs", s, u.Scheme, strings.Join(protocols(), ", ")))
	}
	path := u.Path
	end := strings.LastIndexByte(path, '/')
	if u.User != nil || u.Fragment != "" || u.Port() == "" || end <= 1 || end == len(path)-1 {
		return to, nil, misuse(s + ": this must be PROTOCOL://host:port/service/method")
	}
	r = &request{service: path[:end], method: path[end+1:]}
	if u.Scheme != "redis" {
		r.service = r.service[1:] // by custom only actions begin with a slash
	}
	if to.protocol == bolt.Name || to.protocol == hsf.Name { // there a name is written with its version and what tells several apart
		r.service, r.version, _ = strings.Cut(r.service, ":")
		r.version, r.group, _ = strings.Cut(r.version, ":")
	}
	said, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return to, nil, misuse(fmt.Sprintf("%s: %v", s, err))
	}
	for _, key := range slices.Sorted(maps.Keys(said)) {
		if len(said[key]) > 1 {
			return to, nil, misuse(fmt.Sprintf("%s: %s is said twice", s, key))
		}
		if err = to.query(r, key, said[key][0]); err != nil {
			return to, nil, err
		}
	}
	return to, r, nil
}

// query takes what the query of a URL says: of the call, or else of the server, as a cluster's encoding and options.
func (o *clientOptions) query(r *request, key, value string) (err error) {
	switch key {
	case "version":
		r.version = value
	case "group":
		r.group = value
	case "types":
		if r.typed = true; value != "" {
			r.descriptor, err = descriptor(value)
		}
	case "hessian":
		name, ok := hessians[value]
		if !ok {
			return misuse(fmt.Sprintf("hessian=%s: final, draft or 1", value))
		}
		if o.encoding != "" {
			return misuse("hessian and encoding say the same: one is enough")
		}
		return o.query(r, "encoding", name)
	case "encoding":
		o.encoding, err = value, o.carries(value)
	default:
		err = o.option(key, value)
	}
	return err
}

// hessians are the dialects, as people call them.
var hessians = map[string]string{"final": "hessian2", "draft": "hessian2-draft", "1": "hessian1"}

// traits are those of the protocol and the wire that a URL means.
func (o *clientOptions) traits() codecs.Traits {
	c, _ := codecs.Find(all.Codecs(), o.protocol, o.version) // the protocol is known
	return c.Traits()
}

// carries says whether the protocol can carry bodies of an encoding.
func (o *clientOptions) carries(encoding string) error {
	var known []string
	for _, f := range o.traits().Formats {
		if f.Encoding == encoding {
			return nil
		}
		if !slices.Contains(known, f.Encoding) {
			known = append(known, f.Encoding)
		}
	}
	return misuse(fmt.Sprintf("%s carries %s, not %q", o.protocol, strings.Join(known, ", "), encoding))
}

// option takes an option of the protocol.
func (o *clientOptions) option(key, value string) error {
	known := []string{"version", "group", "types", "encoding"}
	for _, option := range o.traits().Options {
		if option.Side == codecs.Server.String() || option.Name == codecs.OptionVersion {
			continue
		}
		if known = append(known, option.Name); option.Name != key {
			continue
		}
		if option.Values != nil && !slices.Contains(option.Values, value) {
			return misuse(fmt.Sprintf("%s=%s: one of %s", key, value, strings.Join(option.Values, ", ")))
		}
		if option.Check != nil {
			if err := option.Check(value); err != nil {
				return misuse(fmt.Sprintf("%s=%s: %v", key, value, err))
			}
		}
		if o.options == nil {
			o.options = map[string]string{}
		}
		o.options[key] = value
		return nil
	}
	return misuse(fmt.Sprintf("the query may hold %s, not %q", strings.Join(known, ", "), key))
}

// descriptor makes the descriptor of a list of Java's names.
func descriptor(types string) (string, error) {
	t, err := contract.FromList(types, nil)
	if err != nil {
		return "", misuse(err.Error())
	}
	return t.Descriptor(), nil
}

func protocols() []string { return namesOf(all.Codecs()) }

func namesOf(list []codecs.Codec) (names []string) {
	for _, c := range list {
		if !slices.Contains(names, c.Name()) {
			names = append(names, c.Name())
		}
	}
	return names
}
