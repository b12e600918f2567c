//go:build !linux

package load

import "time"

const timerSlack = 0

func shortSleep(d time.Duration) { time.Sleep(d) }
