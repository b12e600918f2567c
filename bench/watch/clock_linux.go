package watch

import (
	"time"

	"golang.org/x/sys/unix"
)

// readClocks compares the clock that counts sleep with the one that does not.
func readClocks() (wall time.Time, slept time.Duration, known bool) {
	var boot, mono unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &boot) != nil || unix.ClockGettime(unix.CLOCK_MONOTONIC, &mono) != nil {
		return time.Now(), 0, false
	}
	return time.Now(), time.Duration(boot.Nano() - mono.Nano()), true
}
