package observe

import (
	"context"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/dragoman-rpc/dragoman/codecs"
)

const (
	queueMax = 512 // lines that wait for the log
	textMax  = 512 // bytes of a text in a line: peers may say as much as they like
)

// entry is a failed call, until it is a line. Its strings are those of the call, which are free to keep.
type entry struct {
	service, method, from, to, endpoint string
	peer                                netip.AddrPort
	status                              codecs.Status
	took                                time.Duration
	attempts                            uint8
	nocall                              bool // a message that made no call
}

// journal writes entries from a goroutine of its own. A log that is slower than failures come loses lines, and the calls lose
// no time.
type journal struct {
	log     *slog.Logger
	queue   chan entry
	quit    chan struct{} // closed by close
	done    chan struct{} // closed by run
	dropped prometheus.Counter
}

func newJournal(log *slog.Logger, dropped prometheus.Counter) *journal {
	return &journal{log: log, queue: make(chan entry, queueMax), quit: make(chan struct{}), done: make(chan struct{}), dropped: dropped}
}

// put hands an entry over if there is room.
func (j *journal) put(e *entry) {
	select {
	case j.queue <- *e:
	default:
		j.dropped.Inc()
	}
}

func (j *journal) run() {
	defer close(j.done)
	for {
		select {
		case e := <-j.queue:
			e.write(j.log)
		case <-j.quit:
			for len(j.queue) > 0 {
				e := <-j.queue
				e.write(j.log)
			}
			return
		}
	}
}

func (j *journal) close() {
	close(j.quit)
	<-j.done
}

func (e *entry) write(log *slog.Logger) {
	ctx := context.Background() //nolint:forbidigo // the call that this is about has ended
	text := clip(e.status.Text)
	if e.nocall {
		log.LogAttrs(ctx, slog.LevelWarn, "message refused", slog.String("protocol", e.from),
			slog.String("code", e.status.Code.String()), slog.String("text", text))
		return
	}
	peer := ""
	if e.peer.IsValid() {
		peer = e.peer.String()
	}
	class := slog.Attr{} // which is left out
	if c := e.status.Class; c != "" {
		class = slog.String("class", clip(c))
	}
	log.LogAttrs(ctx, slog.LevelWarn, "call failed",
		slog.String("service", e.service), slog.String("method", e.method),
		slog.String("from", e.from), slog.String("to", e.to),
		slog.String("peer", peer), slog.String("endpoint", e.endpoint),
		slog.String("code", e.status.Code.String()), class, slog.String("text", text),
		slog.Duration("duration", e.took), slog.Int("attempts", int(e.attempts)))
}

// clip shortens what a peer says.
func clip(text string) string {
	if len(text) <= textMax {
		return text
	}
	return strings.ToValidUTF8(text[:textMax], "") + "…"
}
