package load

import (
	"context"
	"time"
)

// sleep waits for d, exactly as far as the system can, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) {
	if coarse := d - timerSlack; coarse > 0 {
		began := time.Now()
		t := time.NewTimer(coarse)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
		d -= time.Since(began)
	}
	if d > 0 {
		shortSleep(d)
	}
}
