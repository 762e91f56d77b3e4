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

// Recognize says which dialect a stream is in that begins with an object, a map or a list. Objects tell by their first byte. Lists
// and maps are read to their end, in one dialect after another: what Hessian 1.0 takes is called that, though it may be the draft
// without a single short form, for both read the same of it.
func Recognize(p []byte) (d Dialect, ok bool) {
	if len(p) == 0 {
		return Final, false
	}
	switch p[0] {
	case 'O':
		return Draft, true // an object of the final, which cannot come before its class
	case 'C', 'H', 'U', 'W', 'X':
		return Final, true
	case 'M', 'V':
		var s Scanner
		for _, d := range [...]Dialect{First, Draft, Final} {
			s.ResetAs(p, d)
			if s.Skip(1) == nil {
				return d, true
			}
		}
		return Final, false
	}
	return Final, p[0] >= 0x70 && p[0] <= 0x7f // the final's short lists
}
