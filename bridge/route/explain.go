package route

import (
	"fmt"
	"strings"

	"github.com/dragoman-rpc/dragoman/codecs"
)

// Explain tells what Match and Allow make of a call, a line for each rule that was looked at. The header has canonical names.
func (t *Table) Explain(h *codecs.Header, from *codecs.Origin) []string {
	e := t.entry(h.Service)
	var lines []string
	if e.service != nil {
		lines = append(lines, fmt.Sprintf("service %q is named by the configuration", e.service.Name))
	} else {
		lines = append(lines, fmt.Sprintf("service %q is not named by the configuration: its names pass as they are", clip(h.Service)))
	}
	lines = append(lines, t.decides(h.Service, from).explain(from))
	for i := range e.routes {
		r := e.routes[i].rule
		wrong := r.misfit(h)
		if wrong == "" {
			return append(lines, fmt.Sprintf("%s: fits: %s", r.at, r.shares()))
		}
		lines = append(lines, fmt.Sprintf("%s: %s", r.at, r.explain(wrong, h)))
	}
	return append(lines, "no rule fits")
}

func (a *allow) explain(from *codecs.Origin) string {
	switch {
	case a == nil:
		return "no allow entry: open"
	case a.admits(from):
		return a.at + ": allows the caller"
	case len(a.from) == 0:
		return a.at + ": allows nobody"
	}
	return fmt.Sprintf("%s: does not allow the caller: identity %q, listener %q", a.at, from.Identity, from.Listener)
}

func (r *rule) explain(wrong string, h *codecs.Header) string {
	switch wrong {
	case "method":
		return fmt.Sprintf("method %q is not %s", clip(h.Method), r.method)
	case "version":
		return fmt.Sprintf("version %q is not %q", clip(h.Version), r.version)
	case "group":
		return fmt.Sprintf("group %q is not %s", clip(h.Group), r.group)
	case "app":
		return fmt.Sprintf("app %q is not %s", clip(app(&h.Meta)), r.app)
	}
	var want []string
	for _, p := range r.meta {
		want = append(want, p.key+"="+p.value)
	}
	return "metadata has not " + strings.Join(want, ", ")
}

func (r *rule) shares() string {
	var list []string
	var before uint64
	for _, s := range r.to {
		list = append(list, fmt.Sprintf("%s %d/%d", s.cluster, s.upto-before, r.to[len(r.to)-1].upto))
		before = s.upto
	}
	return strings.Join(list, ", ")
}
