package load

import (
	"bytes"
)

// tape is what the connections of a loop send, one request behind the other.
// Each connection goes round it from a place of its own, so that what comes
// next is known and lies ready in one piece.
type tape struct {
	wires  [][]byte // of each kind
	order  []uint16 // the kind at each place
	starts []int    // where each place begins in joined; one more for the end
	joined []byte   // all of them, and the first ones once more; nil if that were too much
}

const (
	leastPlaces = 512     // of a tape of several kinds, for the order to be random
	mostJoined  = 4 << 20 // bytes
)

// newTape lays out a mix for connections with that many requests under way. It
// holds whole rounds, so that each kind has its exact share of it.
func newTape(m *Mix, depth int, closes bool, seed, stream uint64) *tape {
	t := &tape{}
	for i := range m.kinds {
		wire := m.kinds[i].request.wire
		if closes {
			wire = closing(wire)
		}
		t.wires = append(t.wires, wire)
	}
	places := max(depth, len(m.deck))
	if len(m.deck) > 1 {
		places = max(places, leastPlaces)
	}
	dealer := m.dealer(seed, stream)
	for len(t.order) < places || len(t.order)%len(m.deck) > 0 {
		t.order = append(t.order, uint16(dealer.deal()))
	}
	t.join(depth)
	return t
}

// join puts the requests together, so that from any place on as many as may be
// under way are in one piece.
func (t *tape) join(depth int) {
	places := len(t.order) + depth
	t.starts = make([]int, 1, places+1)
	end := 0
	for i := range places {
		end += len(t.wires[t.order[i%len(t.order)]])
		t.starts = append(t.starts, end)
	}
	if end > mostJoined {
		return
	}
	t.joined = make([]byte, 0, end)
	for i := range places {
		t.joined = append(t.joined, t.wires[t.order[i%len(t.order)]]...)
	}
}

// next returns bytes to send: from the offset on in the request at a place, and
// as many whole ones behind it as are wanted, if they lie there. It says how many
// requests that completes.
func (t *tape) next(place, offset, wanted int) (b []byte, requests int) {
	if t.joined == nil {
		return t.wires[t.order[place]][offset:], 1
	}
	end := min(place+wanted, len(t.starts)-1)
	return t.joined[t.starts[place]+offset : t.starts[end]], end - place
}

// size is how many bytes the request at a place has.
func (t *tape) size(place int) int { return t.starts[place+1] - t.starts[place] }

// step goes on by some places, at most once round.
func (t *tape) step(place, by int) int {
	if place += by; place >= len(t.order) {
		place -= len(t.order)
	}
	return place
}

// closing is the request with "Connection: close", so that the server is the
// one to close and to keep the port from being used again for a while.
func closing(request []byte) []byte {
	head, rest, _ := bytes.Cut(request, []byte("\r\n\r\n"))
	if bytes.Contains(bytes.ToLower(head), []byte("\r\nconnection:")) {
		return request
	}
	return bytes.Join([][]byte{head, []byte("\r\nConnection: close\r\n\r\n"), rest}, nil)
}
