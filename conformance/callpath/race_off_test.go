//go:build !race

package callpath

const raceEnabled = false
