//go:build !linux || 386 || s390x

package load

import (
	"errors"
	"net/netip"
	"runtime"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// hasEpoll says that there are no loops here.
const hasEpoll = false

type sockaddr struct{}

func sockaddrOf(netip.AddrPort) (sockaddr, error) {
	return sockaddr{}, errors.New("it needs epoll, which " + runtime.GOOS + "/" + runtime.GOARCH + " has not; use the engine vegeta")
}

// rawLoop cannot be made here.
type rawLoop struct{}

func newRawLoop(*Raw, Schedule, int) (*rawLoop, error) { panic("NewRaw refused") }
func (*rawLoop) beginAt(time.Duration, Schedule, int)  {}
func (*rawLoop) run()                                  {}
func (*rawLoop) cancel()                               {}
func (*rawLoop) free()                                 {}
func (*rawLoop) cut() *measure.Tally                   { return newTally(time.Duration(0)) }
