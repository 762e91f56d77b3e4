package bridge

import (
	"github.com/dragoman-rpc/dragoman/bridge/config"
	"github.com/dragoman-rpc/dragoman/bridge/filter"
	"github.com/dragoman-rpc/dragoman/codecs"
	"github.com/dragoman-rpc/dragoman/codecs/contract"
)

// chain is the call path between two wires, outermost first. The order is fixed here and nowhere else: what a stage needs to know
// is found out by those before it.
func (b *Bridge) chain(s *state) codecs.Handler {
	stages := []codecs.Filter{
		filter.Inside(),
		b.observer.Watch,
		filter.Guard(),
		filter.Local(s.table, s.local),
		filter.Route(s.table, s.clusters),
		filter.Admit(s.table, &b.limits),
	}
	stages = append(stages, b.extra...)
	stages = append(stages,
		filter.Gather(s.clusters, codecs.DefaultMaxFrame),
		filter.Retry(s.clusters),
		filter.Balance(s.clusters),
	)
	var book contract.Book = s.book
	switch s.conf.Learn.Mode {
	case config.LearnUse:
		book = contract.Behind(s.book, s.learned)
		stages = append(stages, filter.Learn(s.learned))
	case config.LearnSuggest:
		stages = append(stages, filter.Learn(s.learned))
	}
	stages = append(stages,
		filter.Transcode(b.encodings, book),
		filter.Collect(codecs.DefaultMaxFrame),
	)
	h := filter.Forward
	for i := len(stages) - 1; i >= 0; i-- {
		h = stages[i](h)
	}
	return h
}
