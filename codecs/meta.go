package codecs

import "strings"

// Pair is one entry of metadata.
type Pair struct{ Key, Value string }

// Meta is metadata: pairs in the order they came, the case of keys kept, lookup ignoring it. The zero Meta is empty and not
// loaded: where Traits.TailMeta holds, or a codec is a MetaLoader, the pairs may still lie unread in the Frame.
type Meta struct {
	Pairs  []Pair
	Loaded bool
}

// Keys is a list of keys of metadata. An entry that ends in * stands for all keys that begin so; case is ignored.
type Keys []string

// Has says whether key is in the list.
func (k Keys) Has(key string) bool {
	for _, entry := range k {
		prefix, open := strings.CutSuffix(entry, "*")
		if strings.EqualFold(key, prefix) || open && len(key) > len(prefix) && strings.EqualFold(key[:len(prefix)], prefix) {
			return true
		}
	}
	return false
}

// Get gives the first value of key, and whether there is one.
func (m *Meta) Get(key string) (string, bool) {
	for i := range m.Pairs {
		if strings.EqualFold(m.Pairs[i].Key, key) {
			return m.Pairs[i].Value, true
		}
	}
	return "", false
}

// HasKey says whether a pair has just this key: case counts, for wires on which it does.
func HasKey(pairs []Pair, key string) bool {
	for i := range pairs {
		if pairs[i].Key == key {
			return true
		}
	}
	return false
}

// Add appends a pair, keeping others of the same key.
func (m *Meta) Add(key, value string) { m.Pairs = append(m.Pairs, Pair{key, value}) }

// Set replaces every pair of key by one.
func (m *Meta) Set(key, value string) {
	m.Del(key)
	m.Add(key, value)
}

// Del removes every pair of key. The pairs that stay move to fresh memory if anything is removed, so that a copy of the Meta
// taken before stays as it was.
func (m *Meta) Del(key string) {
	if _, ok := m.Get(key); !ok {
		return
	}
	kept := make([]Pair, 0, len(m.Pairs))
	for _, p := range m.Pairs {
		if !strings.EqualFold(p.Key, key) {
			kept = append(kept, p)
		}
	}
	m.Pairs = kept
}
