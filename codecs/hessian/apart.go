package hessian

// HSF's $invoke has the arguments of Dubbo's, but each is a stream of its own. The method's name is read with Text.

// InvokedTypes takes the second of them, a list of type names or null. The names are appended to inv.Types.
func (s *Scanner) InvokedTypes(inv *Invocation) error { return s.names(inv) }

// InvokedArgs takes the third, a list of arguments or null.
func (s *Scanner) InvokedArgs(inv *Invocation) error { return s.args(inv) }
