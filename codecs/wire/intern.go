package wire

import (
	"sync"
	"sync/atomic"
)

// Limits of the table of names. A name that does not fit is a fresh string each time, which costs an allocation and nothing
// else.
const (
	internMax = 4096
	internLen = 256
)

var names struct {
	sync.Mutex
	table atomic.Pointer[map[string]string]
}

// Intern gives the string with the contents of p, without allocating for names that the process has met before. The table
// only grows, up to a fixed cap. Safe for concurrent use; reading takes no lock.
func Intern(p []byte) string {
	if len(p) == 0 {
		return ""
	}
	if t := names.table.Load(); t != nil {
		if s, ok := (*t)[string(p)]; ok {
			return s
		}
	}
	if len(p) > internLen {
		return string(p)
	}
	return learn(string(p))
}

func learn(s string) string {
	names.Lock()
	defer names.Unlock()
	old := names.table.Load()
	if old == nil {
		old = &map[string]string{}
	}
	if len(*old) >= internMax {
		return s
	}
	next := make(map[string]string, len(*old)+1)
	for k, v := range *old {
		next[k] = v
	}
	next[s] = s
	names.table.Store(&next)
	return s
}
