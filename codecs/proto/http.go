package proto

import (
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// httpOption is the number of the option google.api.http of a method (google/api/annotations.proto).
const httpOption = 72295728

type rule contract.HTTPRule

// maxRules bounds the paths of one method.
const maxRules = 64

// httpRules gives the paths of a method, whose arguments are args. The option is read from its bytes, so that it does not matter who
// knows its type. A path that speaks of what the arguments do not have is left out.
func httpRules(md protoreflect.MethodDescriptor, args *table) (rules []contract.HTTPRule) {
	raw, err := proto.Marshal(md.Options())
	if err != nil {
		return nil
	}
	var all []rule
	var rec record
	for i := 0; i < len(raw) && rec.next(raw, i); i = rec.end {
		if rec.number == httpOption && rec.wire == wireBytes {
			all = appendRule(all, raw[rec.at:rec.end], true)
		}
	}
	for _, r := range all {
		if r.translate(args.msg) {
			rules = append(rules, contract.HTTPRule(r))
		}
	}
	return rules
}

// appendRule appends a google.api.HttpRule and its additional bindings:
//
//	2 get  3 put  4 post  5 delete  6 patch    the path
//	8 custom                                   1 the verb, 2 the path
//	7 body  12 response_body                   names of fields
//	11 additional_bindings                     the same again, without further ones
func appendRule(rules []rule, p []byte, outer bool) []rule {
	var one rule
	var more [][]byte
	var rec record
	for i := 0; i < len(p) && rec.next(p, i); i = rec.end {
		if rec.wire != wireBytes {
			continue
		}
		value := p[rec.at:rec.end]
		switch rec.number {
		case 2, 3, 4, 5, 6:
			one.Verb, one.Path = [...]string{"GET", "PUT", "POST", "DELETE", "PATCH"}[rec.number-2], string(value)
		case 7:
			one.Body = string(value)
		case 8:
			one.Verb, one.Path = custom(value)
		case 11:
			more = append(more, value)
		case 12:
			one.ResponseBody = string(value)
		}
	}
	if one.Path != "" && len(rules) < maxRules {
		rules = append(rules, one)
	}
	for _, m := range more {
		if outer && len(rules) < maxRules {
			rules = appendRule(rules, m, false)
		}
	}
	return rules
}

func custom(p []byte) (verb, path string) {
	var rec record
	for i := 0; i < len(p) && rec.next(p, i); i = rec.end {
		switch value := string(p[rec.at:rec.end]); {
		case rec.wire != wireBytes:
		case rec.number == 1:
			verb = strings.ToUpper(value)
		case rec.number == 2:
			path = value
		}
	}
	return verb, path
}

// translate puts the contract's names in the place of the message's, and says false if there is none for one.
func (r *rule) translate(m *message) bool {
	var path strings.Builder
	for rest := r.Path; ; {
		literal, after, more := strings.Cut(rest, "{")
		path.WriteString(literal)
		if !more {
			break
		}
		place, behind, closed := strings.Cut(after, "}")
		name, pattern, has := strings.Cut(place, "=")
		name, ok := m.translate(name)
		if !closed || !ok {
			return false
		}
		if has {
			name += "=" + pattern
		}
		path.WriteString("{" + name + "}")
		rest = behind
	}
	r.Path = path.String()
	ok := true
	if r.Body != "" && r.Body != "*" {
		r.Body, ok = m.translate(r.Body)
	}
	return ok
}

// translate gives what a contract calls a field, which may stand in fields with dots between the names.
func (m *message) translate(name string) (string, bool) {
	first, rest, more := strings.Cut(name, ".")
	i, ok := m.names[first]
	if !ok || m.fields[i].name == "" {
		return "", false
	}
	f := &m.fields[i]
	if !more {
		return f.name, true
	}
	if f.kind != kindMessage || f.repeated || f.mapped {
		return "", false
	}
	inner, ok := f.msg.translate(rest)
	return f.name + "." + inner, ok
}
