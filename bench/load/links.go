package load

import (
	"net"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Links is what became of a load's connections since it began. Histograms are
// in nanoseconds.
type Links struct {
	Opened  int64                   // connections that were established
	Reused  int64                   // responses that came on a connection that had brought one before
	Connect *hdrhistogram.Histogram // from the first SYN to the established connection
	Secure  *hdrhistogram.Histogram // TLS handshakes, or WebSocket handshakes
	Close   *hdrhistogram.Histogram // from the last byte of the last response to the server's end of the connection

	// What the kernel knows of the way there, TCP_INFO: a radio that loses
	// packets shows here, a slow server does not.
	Known       bool                    // the kernel tells; Linux only
	Retransmits int64                   // segments that were sent again
	RTT         *hdrhistogram.Histogram // smoothed round-trip times, one for each connection and look
}

// linkCounts collects Links, from any goroutine.
type linkCounts struct {
	mu *sync.Mutex
	l  *Links
}

func newLinkCounts() linkCounts {
	return linkCounts{&sync.Mutex{}, &Links{
		Connect: measure.NewHistogram(), Secure: measure.NewHistogram(),
		Close: measure.NewHistogram(), RTT: measure.NewHistogram(),
	}}
}

// opened counts a connection that took so long to be established.
func (c linkCounts) opened(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.l.Opened++
	recordTimes(c.l.Connect, took, 1)
}

// secured counts a handshake above TCP.
func (c linkCounts) secured(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	recordTimes(c.l.Secure, took, 1)
}

// ended counts a connection that the server closed so long after its last response.
func (c linkCounts) ended(took time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	recordTimes(c.l.Close, took, 1)
}

func (c linkCounts) reused(responses int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.l.Reused += responses
}

// look asks the kernel about a connection that is about to be closed.
func (c linkCounts) look(at net.Conn) {
	if i, ok := askKernel(socket(at)); ok {
		c.looked(i, 0)
	}
}

// looked counts what the kernel said of a connection, of whose retransmitted
// segments so many were counted before.
func (c linkCounts) looked(i tcpInfo, before uint32) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.l.Known = true
	c.l.Retransmits += int64(i.retransmits - before)
	recordTimes(c.l.RTT, i.rtt, 1)
}

// tcpInfo is what the kernel knows of a connection.
type tcpInfo struct {
	retransmits uint32        // segments, since it was established
	rtt         time.Duration // smoothed
}

// read returns a copy.
func (c linkCounts) read() *Links {
	c.mu.Lock()
	defer c.mu.Unlock()
	l := *c.l
	for _, h := range []**hdrhistogram.Histogram{&l.Connect, &l.Secure, &l.Close, &l.RTT} {
		fresh := measure.NewHistogram()
		fresh.Merge(*h)
		*h = fresh
	}
	return &l
}
