package fuzz

import (
	"fmt"
	"math/rand/v2"
	"os"
	"testing"
	"time"

	"github.com/httpdlab/httpdlab/server/http1"
	"github.com/stretchr/testify/require"
)

// chunks makes a chunked body.
func (g *grammar) chunks() []byte {
	g.b, g.odds = g.b[:0], 2<<g.IntN(6)
	for range g.IntN(4) {
		n := 1 + g.IntN(20)
		g.b = fmt.Appendf(g.b, []string{"%x", "%X", "0%x"}[g.IntN(3)], n)
		g.extensions()
		g.end()
		start := len(g.b)
		for len(g.b) < start+n {
			g.b = append(g.b, "a\r\n0;\x00\xff"[g.IntN(7)])
		}
		g.end()
	}
	g.pick("0", "0", "00", "", "g", "ffffffffffffffff", "7fffffffffffffff", "+0")
	g.extensions()
	g.end()
	for range g.IntN(3) {
		g.pick("X", "Content-Length", "", " ", "X ")
		g.pick(":", ": ", "")
		g.some(6, "abc \t\"")
		g.end()
	}
	g.end()
	g.some(8, "GET / 0\r\n")
	if g.IntN(g.odds) == 0 {
		g.mutate()
	}
	return g.b
}

func (g *grammar) extensions() {
	for range g.IntN(3) {
		g.pick(";", " ; ", "\t;", ";;", "")
		g.pick("a", "name", "@", "")
		if g.IntN(2) == 0 {
			g.pick("=", " = ", "==", "")
			g.pick("b", `"c d"`, `"\""`, `"e`, `";"`, "", `"f"g`)
		}
	}
}

// response makes a response head.
func (g *grammar) response() []byte {
	g.b, g.odds = g.b[:0], 2<<g.IntN(6)
	g.pick("HTTP/1.1 ", "HTTP/1.0 ", "HTTP/2.0 ", "HTTP/1.1", "http/1.1 ")
	g.pick("200", "204", "304", "101", "404", "099", "600", "20", "2000")
	g.pick(" OK", " ", "", " \xff\t", " \x01")
	g.end()
	for range g.IntN(8) {
		g.field("")
	}
	g.end()
	if g.IntN(g.odds) == 0 {
		g.mutate()
	}
	return g.b
}

// TestGeneratedBodies does for chunked bodies and response heads what
// TestGenerated does for requests.
func TestGeneratedBodies(t *testing.T) {
	duration, err := time.ParseDuration(os.Getenv("FUZZ_GENERATED"))
	if err != nil {
		duration = time.Second
	}
	seed := uint64(time.Now().UnixNano())
	g, memory := &grammar{Rand: rand.New(rand.NewPCG(seed, 2))}, newGuard(t, 2*maxHead)
	var whole, part [1024]byte
	bodies, complete := 0, 0
	for end := time.Now().Add(duration); time.Now().Before(end); {
		for i := range 1000 {
			b := g.chunks()
			if len(b) > len(whole) {
				continue
			}
			n := decodeTwice(t, b, whole[:copy(whole[:], b)], part[:copy(part[:], b)], g.Uint64())
			if i%16 == 0 {
				checkChunked(t, b, g.Uint64())
				checkResponse(t, memory, g.response(), http1.Method(g.IntN(int(http1.OtherMethod))), g.Uint64())
			}
			if bodies++; n {
				complete++
			}
		}
	}
	t.Logf("%d bodies, %d complete, seed %d", bodies, complete, seed)
	require.Greater(t, complete, bodies/10, "the grammar makes junk")
}

// decodeTwice decodes b whole, in place, and in parts, in place, and reports
// whether it is complete.
func decodeTwice(t *testing.T, b, whole, part []byte, cuts uint64) bool {
	var once, often http1.Chunked
	consumed, produced, err := once.Decode(whole)
	at, content := 0, 0
	var late http1.Error
	for late == 0 && !often.Done() && at < len(part) {
		n := min(len(part)-at, 1+int(cuts&7))
		cuts = cuts>>3 | cuts<<61
		var c, p int
		c, p, late = often.Decode(part[at : at+n])
		copy(part[content:], part[at:at+p])
		at, content = at+c, content+p
	}
	if err != late || consumed != at || once.Done() != often.Done() || string(whole[:produced]) != string(part[:content]) {
		require.FailNow(t, "the cuts matter", "%q: %v %d %v, %v %d %v", b, err, consumed, once.Done(), late, at, often.Done())
	}
	return once.Done()
}
