package hessian

// Dialect is one of the three syntaxes. Its zero value is the final 2.0.
type Dialect uint8

// The dialects.
const (
	Final Dialect = iota // Hessian 2.0 of Caucho Hessian 4 and hessian-lite
	Draft                // the draft of 2.0, which SOFA's hessian 3.x writes under the name of hessian2
	First                // Hessian 1.0
)

// tablesOf holds what each dialect says about opcodes. Never written to.
var tablesOf = [...]*opcodes{Final: newFinal(), Draft: newDraft(), First: newFirst()}

var dialectNames = [...]string{Final: "hessian2", Draft: "hessian2-draft", First: "hessian1"}

// String gives the name of the dialect's Encoding.
func (d Dialect) String() string {
	if int(d) < len(dialectNames) {
		return dialectNames[d]
	}
	return "hessian?"
}

func (d Dialect) opcodes() *opcodes { return tablesOf[d] }

// Recognize says which of the two dialects of 2.0 a stream is in that begins with an object: its class comes first, and each has a
// byte of its own for that. What begins with anything else is not recognized.
func Recognize(p []byte) (d Dialect, ok bool) {
	switch {
	case len(p) == 0:
		return Final, false
	case p[0] == 'O': // an object of the final, which cannot come before its class
		return Draft, true
	}
	return Final, p[0] == 'C'
}
