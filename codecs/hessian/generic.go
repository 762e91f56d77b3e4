package hessian

import "github.com/dragoman-rpc/dragoman/codecs/token"

// What a generic call throws is Dubbo's GenericException, in two fields of which stands what the service threw. Its package is the
// new or the old one: 3.3 and 2.7 throw the old.
const (
	genericClass   = "exceptionClass"
	genericMessage = "exceptionMessage"
)

func isGeneric(class string) bool {
	return class == "com.alibaba.dubbo.rpc.service.GenericException" || class == "org.apache.dubbo.rpc.service.GenericException"
}

// wraps says whether an exception stands for another one.
func (r *reader) wraps(f *frame) bool {
	return f.class != nil && isGeneric(f.class.Name) && r.find(f, genericClass) >= 0
}

func (r *reader) className(t *token.Token, f *frame) error {
	if r.wraps(f) {
		if ok, err := r.textOf(t, f, genericClass); ok || err != nil {
			return err
		}
	}
	r.made = r.made[:0]
	if f.class != nil {
		r.made = append(r.made, f.class.Name...)
	}
	t.Kind, t.Text = token.String, r.made
	return nil
}
