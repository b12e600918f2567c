//go:build !linux

package watch

import "time"

// readClocks knows nothing of sleep here: it looks like a step of the clock.
func readClocks() (wall time.Time, slept time.Duration, known bool) { return time.Now(), 0, false }
