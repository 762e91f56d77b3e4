//go:build race

package callpath

// raceEnabled: pools forget at random under the race detector, so that allocations cannot be counted.
const raceEnabled = true
