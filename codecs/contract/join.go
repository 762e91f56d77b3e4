package contract

import "sync"

// Join makes one Book of several, the more trusted first. Of one method's overloads those with the greatest Source count.
func Join(books ...Book) Book { return joined(books) }

type joined []Book

func (j joined) Type(name string) *Type {
	for _, b := range j {
		if t := b.Type(name); t != nil {
			return t
		}
	}
	return nil
}

func (j joined) Lookup(service, group, version, method, descriptor string, args int) []*Method {
	var best []*Method
	for _, b := range j {
		if ms := b.Lookup(service, group, version, method, descriptor, args); len(ms) > 0 && (best == nil || ms[0].Source > best[0].Source) {
			best = ms
		}
	}
	return best
}

// Behind makes a Book of two, of which the second is less trusted: it is asked only for methods of a service and a name of which the
// first knows none, and for classes that the first has not.
func Behind(first, second Book) Book { return &behind{first, second} }

type behind struct{ first, second Book }

func (b *behind) Type(name string) *Type {
	if t := b.first.Type(name); t != nil {
		return t
	}
	return b.second.Type(name)
}

func (b *behind) Lookup(service, group, version, method, descriptor string, args int) []*Method {
	ms := b.first.Lookup(service, group, version, method, descriptor, args)
	if len(ms) > 0 || len(b.first.Lookup(service, "", "", method, "", -1)) > 0 {
		return ms
	}
	return b.second.Lookup(service, group, version, method, descriptor, args)
}

// Described makes a Book of b that, where b knows no method of that name, gives one of Source Unknown with the parameters that the
// descriptor names. Where b has the name, with other parameters, there is none: what is declared is all there is. What was learned is not.
func Described(b Book) Book { return &described{Book: b, made: map[[2]string][]*Method{}} }

// maxMade bounds the methods that a described Book remembers; further ones are made each time.
const maxMade = 4096

type described struct {
	Book
	mu   sync.RWMutex
	made map[[2]string][]*Method
}

func (d *described) Lookup(service, group, version, method, descriptor string, args int) []*Method {
	if ms := d.Book.Lookup(service, group, version, method, descriptor, args); len(ms) > 0 {
		return ms
	}
	if descriptor == "" && args != 0 {
		return nil
	}
	if all := d.Book.Lookup(service, group, version, method, "", -1); len(all) > 0 && all[0].Source > Learned {
		return nil
	}
	key := [2]string{method, descriptor}
	d.mu.RLock()
	ms := d.made[key]
	d.mu.RUnlock()
	if ms != nil {
		return ms
	}
	params, err := FromDescriptor(descriptor, d.Type)
	if err != nil {
		return nil
	}
	ms = []*Method{{Name: method, Descriptor: descriptor, Params: params}}
	d.mu.Lock()
	if len(d.made) < maxMade {
		d.made[key] = ms
	}
	d.mu.Unlock()
	return ms
}
