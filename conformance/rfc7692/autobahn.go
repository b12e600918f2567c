package rfc7692

import (
	"fmt"
	"time"

	"github.com/httpdlab/httpdlab/conformance/inflate"
	"github.com/httpdlab/httpdlab/conformance/websocket"
)

// Chapters 12 and 13 of Autobahn|Testsuite: the same loads with data of our own. What comes back is compared octet by
// octet, and the answer and every compressed message are judged by what was offered.

// load is what each set of these chapters does: messages of size octets, in frames of at most fragment octets.
type load struct{ size, fragment int }

var loads = []load{
	{16, 0}, {64, 0}, {256, 0}, {1024, 0}, {4096, 0}, {8192, 0}, {16384, 0}, {32768, 0}, {65536, 0}, {131072, 0},
	{8192, 256}, {16384, 256}, {32768, 256}, {65536, 256}, {131072, 256}, {131072, 1024}, {131072, 4096}, {131072, 32768},
}

func (l load) String() string {
	if l.fragment == 0 {
		return fmt.Sprintf("%d-octets", l.size)
	}
	return fmt.Sprintf("%d-octets-in-%d", l.size, l.fragment)
}

// Autobahn's client offers these beside the parameters that a set is about.
const clientHints = "; client_no_context_takeover; client_max_window_bits"

// also begins another offer.
const also = ", " + deflate

// autobahnPayloads is chapter 12: five kinds of data.
var autobahnPayloads = chapter(12, "7.2", []set{
	{"json", "", samples[0]}, {"bitmap", "", samples[1]}, {"prose", "", samples[2]}, {"html", "", samples[3]}, {"mixed-document", "", samples[4]},
})

// autobahnParameters is chapter 13: seven offers.
var autobahnParameters = chapter(13, "7.1", []set{
	{"plain-offer", "", samples[0]},
	{"no-takeover", "; server_no_context_takeover", samples[0]},
	{"9-bits", "; server_max_window_bits=9", samples[0]},
	{"15-bits", "; server_max_window_bits=15", samples[0]},
	{"no-takeover-9-bits", "; server_no_context_takeover; server_max_window_bits=9", samples[0]},
	{"no-takeover-15-bits", "; server_no_context_takeover; server_max_window_bits=15", samples[0]},
	{"three-offers", "; server_no_context_takeover; server_max_window_bits=9" + clientHints + also + "; server_no_context_takeover" + clientHints + also, samples[0]},
})

// set is eighteen loads with the same offer and data.
type set struct {
	name, parameters string
	sample
}

func chapter(number int, section string, sets []set) (cases []Case) {
	for i, s := range sets {
		for j, l := range loads {
			cases = append(cases, Case{
				Section: section, Name: fmt.Sprintf("%s-%s", s.name, l), Alias: fmt.Sprintf("autobahn/%d.%d.%d", number, i+1, j+1), Alone: true,
				Rule:   fmt.Sprintf("Messages of %d octets MUST come back as they were sent, compressed as was agreed.", l.size),
				Script: script(open(deflate+s.parameters+clientHints), agreeable, l.echo(s.sample)),
			})
		}
	}
	return cases
}

const (
	fullCount  = 1000             // messages of a load in a slow run
	shortSize  = 96 << 10         // octets of a load in another run, but
	shortLeast = 2                // messages at least, and
	shortMost  = 12               // at most
	loadTime   = 30 * time.Second // after which a load is over
	inFlight   = 4                // messages sent and not yet back
	cycle      = 64 << 10         // octets after which a load repeats itself: more than any window
)

// echo sends the messages of a load and asks for each of them back.
func (l load) echo(from sample) step {
	return func(c *conn) error {
		count := min(max(shortSize/l.size, shortLeast), shortMost)
		if c.Slow {
			count = fullCount
		}
		messages := newMessages(from, l, &c.client)
		start := time.Now()
		for i := range count + inFlight {
			if i < count {
				if err := c.WriteFrames(messages.frames(i)...); err != nil {
					return err
				}
			}
			if i < inFlight {
				continue
			}
			if err := receive(messages.plain(i - inFlight))(c); err != nil {
				return fmt.Errorf("message %d of %d: %w", i-inFlight+1, count, err)
			}
			if time.Since(start) > loadTime && i < count {
				c.Note("%d of %d messages in %s", i-inFlight+1, count, loadTime)
				break
			}
		}
		return nil
	}
}

// messages is a load that repeats itself: so does what a Deflater makes of it, from the second time on.
type messages struct {
	load
	from   sample
	period int
	z      *inflate.Deflater
	packed [][]Frame
}

func newMessages(from sample, l load, z *inflate.Deflater) *messages {
	return &messages{load: l, from: from, z: z, period: max(2, cycle/l.size)}
}

// plain is message i as it is to come back.
func (m *messages) plain(i int) Frame {
	data := m.from.data()
	at := i % m.period * m.size % (len(data) - m.size)
	if m.from.text {
		return text(data[at : at+m.size])
	}
	return binary(data[at : at+m.size])
}

// frames is message i compressed, in its fragments. They must be asked for in order.
func (m *messages) frames(i int) []Frame {
	if i >= 2*m.period {
		i = m.period + i%m.period
	}
	if i == len(m.packed) {
		f := packed(m.plain(i))
		f.Payload = string(m.z.Message([]byte(f.Payload)))
		fragment := m.fragment
		if fragment == 0 {
			fragment = max(1, len(f.Payload))
		}
		m.packed = append(m.packed, websocket.Fragments(f, fragment))
	}
	return m.packed[i]
}
