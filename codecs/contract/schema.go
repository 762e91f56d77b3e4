package contract

import "slices"

// Schema is a language of types beside that of contract files, with an encoding of its own: .proto files, and what is compiled from
// them. It is immutable and safe for concurrent use.
type Schema interface {
	// Suffixes are how the names of its files end: ".proto".
	Suffixes() []string
	// Load reads files. It gives their services with methods that hold what the encoding must know (Type.Ext of Params and Result).
	// A service that is declared by a contract file too comes with all methods of both; where they describe one method, its types are
	// those of the contract file. Errors have a place, as Error has.
	Load(s *Sources) ([]*Service, error)
}

// Sources are what a Schema loads.
type Sources struct {
	Files    []SourceFile
	Names    []Naming
	Declared *Index                            // the contract files; may be nil
	Read     func(path string) ([]byte, error) // reads a file that one of Files imports; nil: there are none
}

// SourceFile is a file that was read.
type SourceFile struct {
	Path string
	Data []byte
}

// Naming is what a service is called, and where it is described. One that only files name has its name there.
type Naming struct {
	Name    string                       // canonical: what Lookup is asked for
	As      map[string]string            // protocol: what it is called there
	Files   []string                     // paths of the files that are to describe it
	Methods map[string]map[string]string // canonical name: protocol: what it is called there
}

// HTTPRule is one way to reach a method by a path, as google.api.http says it, with the contract's names for what it calls fields.
type HTTPRule struct {
	Verb         string // GET, PUT, POST, DELETE, PATCH, or another in upper case
	Path         string // template: "/v1/{name=shelves/*}/books/{book.id}:publish"
	Body         string // the member that the request's body is; "*": all that the path does not hold; "": there is no body
	ResponseBody string // the member that the response's body is; "": all of it
}

// Line is the rule as a request line (codecs.Line); "" if there is none for it.
func (r *HTTPRule) Line() string {
	switch r.Verb {
	case "GET", "PUT", "POST", "DELETE", "PATCH":
	default:
		return ""
	}
	switch {
	case r.ResponseBody != "":
		return ""
	case r.Body == "" && (r.Verb == "GET" || r.Verb == "DELETE"):
		return r.Verb + " " + r.Path
	}
	return r.Verb + " " + r.Path + " body=" + r.Body
}

// NewService makes a Service. Its Names and Ext may be set until it is shared.
func NewService(name, version, group string, methods []*Method) *Service {
	s := &Service{Name: name, Version: version, Group: group, Methods: methods, methods: map[string][]*Method{}}
	for _, m := range methods {
		s.methods[m.Name] = append(s.methods[m.Name], m)
	}
	s.meetCase()
	return s
}

// meetCase lets a method be found by its name with the first letter in the other case, where no other method is called so.
func (s *Service) meetCase() {
	for _, m := range s.Methods {
		if other := otherCase(m.Name); s.methods[other] == nil {
			s.methods[other] = s.methods[m.Name]
		}
	}
}

// Named gives the services of a name: one for each version and group that is declared.
func (x *Index) Named(name string) []*Service { return x.services[name] }

// With gives an Index with more services. One that is there already under the same name, version and group is replaced.
func (x *Index) With(services []*Service) *Index {
	next := &Index{Services: slices.Clone(x.Services), services: map[string][]*Service{}, types: x.types}
	for _, s := range services {
		i := slices.IndexFunc(next.Services, func(o *Service) bool { return o.Name == s.Name && o.Version == s.Version && o.Group == s.Group })
		if i >= 0 {
			next.Services[i] = s
		} else {
			next.Services = append(next.Services, s)
		}
	}
	for _, s := range next.Services {
		next.services[s.Name] = append(next.services[s.Name], s)
	}
	return next
}
