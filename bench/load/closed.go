package load

import (
	"context"
	"sync"
	"time"
)

// reconnectDelay is how long a closed loop's connection waits after it could not
// connect, so that a dead server is not asked 100 000 times a second.
const reconnectDelay = 100 * time.Millisecond

// closed keeps every connection of the pool busy: each sends its next request
// when the last one is answered. Nothing is handed from goroutine to goroutine
// on the way, so that one connection is busy nearly all the time.
func (a *attack) closed(sending context.Context) {
	var all sync.WaitGroup
	for range a.Pool.Size() {
		all.Go(func() {
			for sending.Err() == nil {
				if !a.send(-1) {
					sleep(sending, reconnectDelay)
				}
			}
		})
	}
	all.Wait()
}
