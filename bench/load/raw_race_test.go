//go:build race

package load

// rawRacing says that the race detector is on, which allocates.
const rawRacing = true
