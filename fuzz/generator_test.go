package fuzz

import (
	"math/rand/v2"
	"os"
	"testing"
	"time"
)

// A grammar makes request heads that are right, or wrong in few places, from
// random decisions: bytes that deep code sees, unlike those of blind mutation.
type grammar struct {
	*rand.Rand
	b    []byte
	odds int // one decision in odds is out of the ordinary
}

// pick appends one of the choices; the first is the ordinary one.
func (g *grammar) pick(choices ...string) {
	i := 0
	if g.IntN(g.odds) == 0 {
		i = g.IntN(len(choices))
	}
	g.b = append(g.b, choices[i]...)
}

// some appends up to n characters of the set.
func (g *grammar) some(n int, set string) {
	for range g.IntN(n + 1) {
		g.b = append(g.b, set[g.IntN(len(set))])
	}
}

const tokenSet = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ-0123456789_!#$%&'*+.^`|~"

// request makes a head.
func (g *grammar) request() []byte {
	g.b, g.odds = g.b[:0], 2<<g.IntN(6)
	if g.IntN(16) == 0 {
		g.pick("\r\n", "\r\n\r\n", "\n", "\r", " ")
	}
	g.pick("GET", "POST", "HEAD", "OPTIONS", "CONNECT", "M-SEARCH", "UNSUBSCRIBE", "G", "get", "GE T", "")
	g.pick(" ", "  ", "\t", "")
	g.target()
	g.pick(" ", " ", "  ", "")
	g.pick("HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "HTTP/1.", "http/1.1", "HTTP/1.11")
	g.end()
	if g.IntN(16) > 0 {
		g.field("Host")
	}
	for range g.IntN(8) {
		g.field("")
	}
	if g.IntN(32) == 0 {
		for range g.IntN(maxFields) {
			g.b = append(g.b, "X: y\r\n"...)
		}
	}
	g.end()
	if g.IntN(8) == 0 {
		g.some(80, "GET / HTTP/1.1\r\n:")
	}
	if g.IntN(g.odds) == 0 {
		g.mutate()
	}
	return g.b
}

func (g *grammar) target() {
	switch g.IntN(2 * g.odds) {
	case 0:
		g.pick("*", "http://", "HTTPS://", "//", "?", "ftp://")
		g.host()
		g.pick("/", "", "?", ":80/")
	case 1:
		g.host()
		g.pick(":80", ":", "")
	default:
		g.b = append(g.b, '/')
	}
	g.some(12, "abcXYZ019-._~!$&'()*+,;=:@/")
	if g.IntN(3) == 0 {
		g.pick("?", "?", "%20", "%", "%4", "#", "[", "\"", "\x80", "|")
		g.some(12, "abc=&/?[]{}|^`\\%41")
	}
	if g.IntN(24) == 0 {
		g.some(maxTarget, "abcdef/")
	}
}

func (g *grammar) host() {
	g.pick("example.org", "[::1]", "[1:2:3::4]", "[::ffff:1.2.3.4]", "127.0.0.1", "a%41", "[1::2::3]", "a,b", "", "a b", "[::", "a_b~c")
	if g.IntN(4) == 0 {
		g.pick(":80", ":65535", ":65536", ":", ":0080", ":x")
	}
}

func (g *grammar) field(name string) {
	start := len(g.b)
	if name == "" {
		g.odds /= 2
		g.pick("", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade", "Expect", "Host", "Hsot", "Tosh",
			"Sec-WebSocket-Key", "Sec-WebSocket-Version", "Accept", "X", "Content_Length", "Sec-CH-UA-Platform-Version", "connection")
		g.odds *= 2
		if len(g.b) == start {
			g.b = append(g.b, 'x')
			g.some(24, tokenSet)
		}
	} else {
		g.pick(name, "hOST", "HOST")
	}
	name = string(g.b[start:])
	g.pick(": ", ":", ":\t", ":  ", " : ", ":\t \t", "")
	g.value(name)
	if g.IntN(8) == 0 {
		g.some(3, " \t")
	}
	g.end()
}

func (g *grammar) value(name string) {
	switch lowerASCII(name) {
	case "host":
		g.host()
	case "content-length":
		g.pick("0", "5", "9223372036854775807", "9223372036854775808", "+5", "5,5", "", "05", "5 5", "0x5")
	case "transfer-encoding":
		g.pick("chunked", "Chunked", "gzip, chunked", "chunked, chunked", ", chunked ,", ",, ,\tchunked", "chunked,,chunked", ", x, chunked", ",", "", "chunked;q=1", "identity", "xchunked")
	case "connection":
		g.pick("keep-alive", "close", "Upgrade", "keep-alive, Upgrade", "CLOSE", "x, close", ",", "keep-alive\t,close")
	case "expect":
		g.pick("100-continue", "100-Continue", "x", "")
	default:
		g.some(90, "abcdefghijklmnopqrstuvwxyz0123456789 ,;=/\t:\"\x80\xff")
	}
}

func (g *grammar) end() {
	if g.IntN(8*g.odds) == 0 {
		g.pick("\n", "\r", "\r\r\n", "\r\n ", "\r\n\t", "\n\r", "")
		return
	}
	g.b = append(g.b, "\r\n"...)
}

// mutate changes one byte, drops one, or adds one.
func (g *grammar) mutate() {
	if len(g.b) == 0 {
		return
	}
	const bytes = "\x00\r\n\t :,;\x7f\x80\xff%/aZ0\x0b-"
	i, c := g.IntN(len(g.b)), bytes[g.IntN(len(bytes))]
	switch g.IntN(4) {
	case 0:
		g.b = append(g.b[:i], g.b[i+1:]...)
	case 1:
		g.b = append(g.b[:i+1], g.b[i:]...)
		g.b[i] = c
	case 2:
		g.b = g.b[:i]
	default:
		g.b[i] = c
	}
}

// FuzzGenerated lets the fuzzer choose what the grammar makes.
func FuzzGenerated(f *testing.F) {
	for i := range uint64(64) {
		f.Add(i, i*0x9e3779b97f4a7c15)
	}
	x, g := newReader(f), &grammar{}
	f.Fuzz(func(t *testing.T, seed, cuts uint64) {
		g.Rand = rand.New(rand.NewPCG(seed, cuts))
		x.check(t, g.request(), cuts)
	})
}

// TestGenerated does the same without the fuzzing engine, which is faster where
// there is no coverage to be found any more: for a second, or for as long as
// FUZZ_GENERATED says. The obvious parser and net/http, which are slow, look at
// a part.
func TestGenerated(t *testing.T) {
	duration, err := time.ParseDuration(os.Getenv("FUZZ_GENERATED"))
	if err != nil {
		duration = time.Second
	}
	seed := uint64(time.Now().UnixNano())
	x, g := newReader(t), &grammar{Rand: rand.New(rand.NewPCG(seed, 0))}
	heads, accepted := 0, 0
	for end := time.Now().Add(duration); time.Now().Before(end); {
		for i := range 1000 {
			b, cuts := g.request(), g.Uint64()
			o := x.compare(t, b, cuts)
			if i%16 == 0 {
				checkNetHTTP(t, b, x.plain(t, b, o))
			}
			if heads++; o.n > 0 {
				accepted++
			}
		}
	}
	t.Logf("%d heads, %d accepted, seed %d", heads, accepted, seed)
	if accepted < heads/10 {
		t.Errorf("only %d of %d heads were accepted: the grammar makes junk", accepted, heads)
	}
}
