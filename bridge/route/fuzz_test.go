package route

import (
	"strings"
	"testing"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// FuzzCompile makes rules of text, a line each, and compares what the table says with going through them one by one.
func FuzzCompile(f *testing.F) {
	f.Add("rule com.acme.* get* 1.* c\nrule * - - d\nallow com.acme.User x", "com.acme.User", "getUser", "1.0")
	f.Add("rule a* - - c\nrule aa* - - d\nrule aaa x - c\nallow a*\nallow aa* l", "aaa", "y", "")
	f.Add("service a b\nservice b a\nrule a - - c\nmethod a m n\nmethod a n m", "b", "m", "")
	f.Add("rule * - - c\nallow a\nallow b l", "", "m", "")
	f.Add("rule * - - c\nallow * l\nallow a l", "", "m", "")
	f.Fuzz(func(t *testing.T, text, service, method, version string) {
		r := parseRules(text)
		table, err := Compile(r)
		if err != nil {
			return
		}
		h := codecs.Header{Service: service, Method: method, Version: version}
		for _, protocol := range []string{"p", "q"} {
			in := h
			svc, changed := table.Canonical(protocol, &in)
			if changed != (in.Service != h.Service || in.Method != h.Method) {
				t.Fatalf("changed is %v for %v and %v", changed, h, in)
			}
			back := in
			back.Service, back.Method = svc.Target(protocol, &in)
			if again, _ := table.Canonical(protocol, &back); again != svc || back.Service != in.Service {
				t.Fatalf("%q is %q in %s, and that is %q again", in.Service, back.Service, protocol, back.Service)
			}
		}
		from := codecs.Origin{Listener: "l"}
		rule, open := slowly(&r, &h, &from)
		if got := table.Allow(service, &from); got != open {
			t.Errorf("Allow says %v, the entries %v", got, open)
		}
		c, err := table.Match(&h, 0)
		if (err == nil) != (rule != nil) || err == nil && c.Rule != rule.At {
			t.Errorf("Match says %v, %v, the rules %v", c, err, rule)
		}
		said := table.Explain(&h, &from)[1]
		if passes := strings.HasSuffix(said, ": open") || strings.HasSuffix(said, ": allows the caller"); passes != open {
			t.Errorf("Explain says %q, the entries %v", said, open)
		}
	})
}

// slowly finds the rule that takes a call, and whether it is allowed, with nothing compiled. A service that is empty could not be
// read: every entry speaks of it, as it may be any.
func slowly(r *Rules, h *codecs.Header, from *codecs.Origin) (*Rule, bool) {
	fits := func(pattern, s string) bool {
		if text, ok := strings.CutSuffix(pattern, "*"); ok || pattern == "" {
			return strings.HasPrefix(s, text)
		}
		return s == pattern
	}
	open := true
	for _, a := range r.Allow {
		if h.Service == "" || fits(a.Service, h.Service) {
			open = len(a.From) > 0 && a.From[0].Listener == from.Listener
			if !open || h.Service != "" {
				break
			}
		}
	}
	for i := range r.Rules {
		m := &r.Rules[i].Match
		version := m.Version
		if version == "0.0.0" {
			if h.Version != "" {
				continue
			}
			version = ""
		}
		if fits(m.Service, h.Service) && fits(m.Method, h.Method) && fits(version, h.Version) {
			return &r.Rules[i], open
		}
	}
	return nil, open
}

// parseRules reads lines of words: rule SERVICE METHOD VERSION CLUSTER, allow SERVICE [LISTENER], service NAME NAME-IN-P,
// method SERVICE NAME NAME-IN-P. A - is an empty word.
func parseRules(text string) Rules {
	r := Rules{Clusters: []string{"c", "d"}}
	for line := range strings.Lines(text) {
		w := strings.Fields(line)
		for i := range w {
			w[i] = strings.TrimPrefix(w[i], "-")
		}
		switch {
		case len(w) == 5 && w[0] == "rule":
			at := strings.Repeat("i", len(r.Rules))
			r.Rules = append(r.Rules, Rule{At: at, Match: Match{Service: w[1], Method: w[2], Version: w[3]}, To: to(w[4])})
		case len(w) == 2 && w[0] == "allow":
			r.Allow = append(r.Allow, Allow{Service: w[1]})
		case len(w) == 3 && w[0] == "allow":
			r.Allow = append(r.Allow, Allow{Service: w[1], From: []From{{Listener: w[2]}}})
		case len(w) == 3 && w[0] == "service":
			r.Services = append(r.Services, Names{Name: w[1], As: map[string]string{"p": w[2]}})
		case len(w) == 4 && w[0] == "method":
			for i := range r.Services {
				if s := &r.Services[i]; s.Name == w[1] {
					if s.Methods == nil {
						s.Methods = map[string]map[string]string{}
					}
					s.Methods[w[2]] = map[string]string{"p": w[3]}
				}
			}
		}
	}
	return r
}
