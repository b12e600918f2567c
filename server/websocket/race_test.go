//go:build race

package websocket

// underRace says that the race detector adds allocations of its own.
const underRace = true
