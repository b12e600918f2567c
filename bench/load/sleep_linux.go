package load

import (
	"runtime"
	"syscall"
	"time"
)

// timerSlack is how late Go's timers are at the most when the machine is idle:
// the runtime waits in epoll_wait, whose unit is the millisecond.
const timerSlack = 1200 * time.Microsecond

// shortSleep waits for under timerSlack in the kernel, about 0.1 ms late. The
// request just let go runs first: the thread would hold it up.
func shortSleep(d time.Duration) {
	began := time.Now()
	runtime.Gosched()
	if d -= time.Since(began); d > 0 {
		t := syscall.NsecToTimespec(int64(d))
		syscall.Nanosleep(&t, nil)
	}
}
