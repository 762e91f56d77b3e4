//go:build race

package codectest

// raceEnabled: pools forget at random under the race detector, so that allocations cannot be counted.
const raceEnabled = true
