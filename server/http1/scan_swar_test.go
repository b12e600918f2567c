package http1

import (
	"math/bits"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The words say what a look at each of their bytes says.
func TestWords(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const common = "\x00\t\n\r !-:@AZ[_`az{~\x7f\x80\xa0\xc3\xfe\xff"
	for range 100000 {
		var b [blockSize]byte
		for i := range b {
			if b[i] = byte(r.Uint32()); r.IntN(2) == 0 {
				b[i] = common[r.IntN(len(common))]
			}
		}
		control, n := uint64(0), 0
		for i, c := range b {
			if c < ' ' || c == 0x7f {
				control |= 1 << i
			}
			if i == n && i < wordSize && (c == '-' || strings.IndexByte(letters, c) >= 0) {
				n++
			}
		}
		require.Equal(t, control, controls(b[:]), "%q", b)
		require.Equal(t, n, bits.TrailingZeros64(notLetters(load64(b[:], 0)))/8, "%q", b[:8])
	}
	for i := range 8 {
		for j := range 8 {
			require.Equal(t, uint64(1)<<(8*j+i), transpose(1<<(8*i+j)))
			require.Equal(t, uint64(1)<<i|1<<j, gather(0x80<<(8*i)|0x80<<(8*j)))
		}
	}
}

// Which visible bytes a target and Host may have is found by words, too.
func TestWordsOfURIs(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 100000 {
		var b [wordSize]byte
		for i := range b {
			if b[i] = byte(' ' + r.IntN(0x7f-' ')); r.IntN(8) == 0 {
				b[i] = byte(0x80 + r.IntN(0x80))
			}
		}
		first := func(right func(c byte) bool) int {
			for i, c := range b {
				if c >= 0x80 || !right(c) {
					return i
				}
			}
			return wordSize
		}
		inHost := func(c byte) bool { return classes[c]&isHost != 0 && c != '~' }
		inPath := func(c byte) bool { return inHost(c) || c == '/' }
		inQuery := func(c byte) bool { return classes[c]&isQuery != 0 && c != '!' && c != '$' }
		x := load64(b[:], 0)
		require.Equal(t, first(inPath), bits.TrailingZeros64(notSimple(x, 0))/8, "%q", b)
		require.Equal(t, first(inHost), bits.TrailingZeros64(notSimple(x, '/'*ones))/8, "%q", b)
		require.Equal(t, first(inQuery), bits.TrailingZeros64(notQuery(x))/8, "%q", b)
	}
}

// Every byte, at every place of a head shorter than a block, of one with
// obs-text, and of one with white space of all kinds.
func TestSWARAnyByte(t *testing.T) {
	defer UseScanner(Scanners()[0])
	for _, text := range []string{
		"GET / HTTP/1.0\r\n\r\n",
		"GET /0123456789/0123456789/01234567?a=/?:b&{c}&0123456789 HTTP/1.1\r\nHost: a\r\n\r\n",
		"GET /?a HTTP/1.1\r\nHost: a\r\nX_1:y\r\n\r\n",
		"GET /caf%C3%A9 HTTP/1.1\r\nHost: a.example\r\nX-Name-Of-Many-Letters: caf\xc3\xa9\xff \xc3\xa9t\xc3\xa9\r\nY: z\r\n\r\n",
		"GET /0123456789/0123456789/01234567 HTTP/1.1\r\nHost:\t h \t\r\nX: a\tb\t\r\nAccept-Languages0:\r\nZ:\t\r\n\r\nnext",
	} {
		for i := range len(text) {
			for c := range 256 {
				b := []byte(text)
				b[i] = byte(c)
				UseScanner("bytes")
				r := newRequest()
				n, e := r.Parse(b)
				want := describe(r, b, n, e)
				UseScanner("swar")
				r = newRequest()
				n, e = r.Parse(b)
				if got := describe(r, b, n, e); got != want {
					require.Equal(t, want, got, "byte %d is %#x", i, c)
				}
			}
		}
	}
}

// A query is found wherever it begins.
func TestSWARQuery(t *testing.T) {
	defer UseScanner(Scanners()[0])
	UseScanner("swar")
	for length := range 140 {
		for query := range length {
			b := []byte("GET /" + strings.Repeat("p", query) + "?" + strings.Repeat("q", length-query-1) + " HTTP/1.1\r\nHost: h\r\n\r\n")
			r := newRequest()
			n, e := r.Parse(b)
			require.Zero(t, e)
			require.Equal(t, len(b), n)
			require.Equal(t, query+1, r.Path.Len())
			require.Equal(t, length-query-1, r.Query.Len())
		}
	}
}

// What it is made for it does not leave to the byte-by-byte reader: short heads,
// obs-text, white space of all kinds, and names with more than letters.
func TestSWARReads(t *testing.T) {
	for _, field := range []string{
		"", "X: y\r\n", "X:y\r\n", "X:\r\n", "X: \t y \t\r\n", "X: a\tb\r\n", "X: caf\xc3\xa9\r\n", "X_1: y\r\n",
		"X-" + strings.Repeat("name", 20) + ": y\r\n",
	} {
		for _, pad := range []int{0, 1, 30, 60, 62, 63, 64, 65, 200} {
			var s scan
			r := newRequest()
			b := []byte("GET /" + strings.Repeat("p", pad) + " HTTP/1.1\r\nHost: h\r\n" + field + "\r\n")
			require.Equal(t, len(b), scanSWAR(b, &r.Head, &s), "%q", b)
			require.Zero(t, s.notPath|s.notHost)
			require.Equal(t, 3, int(s.tokenEnd))
			require.Equal(t, "GET /"+strings.Repeat("p", pad)+" HTTP/1.1\r\n", string(b[:s.lineEnd+1]))
		}
	}
}

// What a scanner says about the value of Host is not taken for that of another
// field: so many have the key of Host here that their count comes round to one.
func TestHostAmongItsLike(t *testing.T) {
	every(t, func(t *testing.T) {
		r := &Request{}
		r.Fields = make([]Field, 0, maxFields)
		_, e := r.Parse([]byte("GET / HTTP/1.1\r\nHost: a,b\r\n" + strings.Repeat("Hsot: h\r\n", maxCount+1) + "\r\n" + strings.Repeat("rest", 30)))
		require.Equal(t, ErrHost, e)
	})
}
