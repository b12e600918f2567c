package boards

import (
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// A station serves one at a time, in the order in which they come, each for an
// exponentially distributed time.
type station struct {
	mu   sync.Mutex
	free time.Time // when all who came before are served
	deck deck
}

// newStation returns a station whose times are drawn in an order that seed
// decides, so that two runs of a twin meet the same.
func newStation(seed uint64) *station { return &station{deck: newDeck(seed)} }

// pass returns when one who comes at that time is served, for a time of that
// mean. Nobody waits in it: callers sleep until the end of all stations on
// their way, so that waking late does not add up.
func (s *station) pass(comes time.Time, mean time.Duration) (served time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.free.Before(comes) {
		s.free = comes
	}
	s.free = s.free.Add(time.Duration(float64(mean) * s.deck.draw()))
	return s.free
}

// deckSize is how many draws have exactly the mean of the distribution.
const deckSize = 64

// deck holds the middles of equally likely parts of the exponential
// distribution of mean 1, which are drawn in random order without putting them
// back: short runs come close to the mean, and yet the times are as scattered.
type deck struct {
	cards [deckSize]float64
	drawn int
	rng   *rand.Rand
}

func newDeck(seed uint64) deck {
	d := deck{drawn: deckSize, rng: rand.New(rand.NewPCG(seed, seed))}
	sum := 0.0
	for i := range d.cards {
		d.cards[i] = -math.Log(1 - (float64(i)+0.5)/deckSize)
		sum += d.cards[i]
	}
	for i := range d.cards {
		d.cards[i] *= deckSize / sum
	}
	return d
}

func (d *deck) draw() float64 {
	if d.drawn == deckSize {
		d.rng.Shuffle(deckSize, func(i, j int) { d.cards[i], d.cards[j] = d.cards[j], d.cards[i] })
		d.drawn = 0
	}
	d.drawn++
	return d.cards[d.drawn-1]
}
