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
	frame := largest(s.conf)
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
		filter.Gather(s.clusters, frame),
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
		filter.Transcode(b.encodings, book, frame),
		filter.Collect(frame),
	)
	h := filter.Forward
	for i := len(stages) - 1; i >= 0; i-- {
		h = stages[i](h)
	}
	return h
}

// largest is the most bytes that a message may have anywhere: what is put together of pieces, or inflated, is bounded by it, and after
// that by the limit of the side that it goes to.
func largest(conf *config.Config) int {
	most := codecs.DefaultMaxFrame
	for i := range conf.Listen {
		most = max(most, conf.Listen[i].Limits.Frame)
	}
	for i := range conf.Clusters {
		most = max(most, conf.Clusters[i].Frame)
	}
	return most
}
