package load

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"

	"github.com/httpdlab/httpdlab/server/http1"
)

// Mix is the requests of a load: each with how often it is sent, and with what
// a good response to it is.
type Mix struct {
	kinds []kind
	deck  []uint16 // a round: each kind as often as its weight says
}

// kind is one of the requests.
type kind struct {
	name    string
	request *Request
	expect  Expect
	method  http1.Method
}

// mostDeck is how many requests a round may have, the weights divided by what
// they have in common.
const mostDeck = 1 << 16

// NewMix returns an empty mix.
func NewMix() *Mix { return &Mix{} }

// One is a mix of one request.
func One(q *Request, e Expect) *Mix {
	m := NewMix()
	m.add("", q, e)
	m.deck = []uint16{0}
	return m
}

func (m *Mix) add(name string, q *Request, e Expect) {
	m.kinds = append(m.kinds, kind{name, q, e, http1.MethodOf([]byte(q.shape.Method))})
}

// weigh makes the deck.
func (m *Mix) weigh(weights []int) error {
	if len(weights) == 0 {
		return errors.New("there is no request in it")
	}
	divisor := 0
	for _, w := range weights {
		divisor = gcd(divisor, w)
	}
	for i, w := range weights {
		if len(m.deck)+w/divisor > mostDeck {
			return fmt.Errorf("weights that need more than %d requests until all had their share; take rounder ones", mostDeck)
		}
		for range w / divisor {
			m.deck = append(m.deck, uint16(i))
		}
	}
	return nil
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// MeanBody is how many bytes of content a request has on average: times the
// rate, that is what goes up.
func (m *Mix) MeanBody() float64 {
	if len(m.deck) == 0 {
		return 0
	}
	total := 0
	for _, k := range m.deck {
		total += m.kinds[k].request.body
	}
	return float64(total) / float64(len(m.deck))
}

// dealer deals the kinds of a mix in an order that only the seed decides. After
// each round every kind has exactly its share. It is safe for concurrent use.
type dealer struct {
	mu     sync.Mutex
	deck   []uint16
	next   int
	random *rand.Rand
}

// mixStream tells the random numbers of mixes from others of the same seed.
const mixStream = 0x6d697865

func (m *Mix) dealer(seed, stream uint64) *dealer {
	return &dealer{deck: append([]uint16(nil), m.deck...), random: rand.New(rand.NewPCG(seed, mixStream+stream))}
}

func (d *dealer) deal() int {
	if len(d.deck) == 1 {
		return 0
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.next == 0 {
		d.random.Shuffle(len(d.deck), func(i, j int) { d.deck[i], d.deck[j] = d.deck[j], d.deck[i] })
	}
	i := int(d.deck[d.next])
	d.next = (d.next + 1) % len(d.deck)
	return i
}
