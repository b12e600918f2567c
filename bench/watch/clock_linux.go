package watch

import (
	"time"

	"golang.org/x/sys/unix"
)

// timeAsleep compares the clock that counts sleep with the one that does not.
// It is read between two readings of that one, again if they lie apart.
func timeAsleep() (slept time.Duration, known bool) {
	var before, boot, after unix.Timespec
	for range 10 {
		if unix.ClockGettime(unix.CLOCK_MONOTONIC, &before) != nil || unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot) != nil ||
			unix.ClockGettime(unix.CLOCK_MONOTONIC, &after) != nil {
			return 0, false
		}
		if after.Nano()-before.Nano() < int64(leastStep/10) {
			break
		}
	}
	return time.Duration(boot.Nano() - before.Nano()), true
}
