package load

import (
	"github.com/HdrHistogram/hdrhistogram-go"
)

// Links is what became of a load's connections since it began. Histograms are
// in nanoseconds.
type Links struct {
	Opened  int64                   // connections that were established
	Reused  int64                   // requests sent on a connection that had answered one before
	Connect *hdrhistogram.Histogram // from the first SYN to the established connection
	Secure  *hdrhistogram.Histogram // TLS handshakes, or WebSocket handshakes
	Close   *hdrhistogram.Histogram // from our last word to the peer's end of the connection

	// What the kernel knows of the way there, TCP_INFO: a radio that loses
	// packets shows here, a slow server does not.
	Known       bool                    // the kernel tells; Linux only
	Retransmits int64                   // segments that were sent again
	RTT         *hdrhistogram.Histogram // smoothed round-trip times, one for each connection and look
}
