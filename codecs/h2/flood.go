package h2

// budget is what a peer may still spend on frames that bring no call forward. Useful work refills it. A session has no clock, so
// frames are not counted against time: a peer that only opens and resets streams runs out (CVE-2023-44487), one that resets some of
// many does not.
type budget int

const budgetMax budget = 10_000

// What frames cost.
const (
	costFrame    = 1  // PRIORITY, PING, an unknown frame, one for a stream that is gone
	costWindow   = 1  // WINDOW_UPDATE: a message of ours, or bytes that leave, pay for it
	costEmpty    = 2  // DATA without bytes that ends nothing
	costAnswer   = 4  // a request that the session itself answers or refuses
	costLate     = 16 // a reset by a client of a stream that has ended: more than its call has earned
	costReset    = 8  // a stream broken off, by the peer or for what it did, before its reply had begun
	costSettings = 10 // SETTINGS
	costFragment = 20 // CONTINUATION that brings little
)

// What useful work earns.
const (
	earnEnd     = 8       // a call that has come to its end
	earnMessage = 2       // a message that has left, or arrived
	sentPerUnit = 1 << 10 // bytes of payload that leave and earn one
)

// spend is an error once there is nothing left.
func (b *budget) spend(n budget) error {
	if *b -= n; *b < 0 {
		return fatal(enhanceYourCalm, "decode: too many frames that bring no call forward")
	}
	return nil
}

func (b *budget) earn(n budget) { *b = min(*b+n, budgetMax) }
