//go:build race

package server

// racing says that the race detector is on, which allocates and slows down.
const racing = true
