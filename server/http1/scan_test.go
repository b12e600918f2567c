package http1

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// every runs a test with each scanner of this machine.
func every(t *testing.T, test func(t *testing.T)) {
	defer UseScanner(Scanners()[0])
	for _, scanner := range Scanners() {
		require.True(t, UseScanner(scanner))
		t.Run(scanner, test)
	}
	require.False(t, UseScanner("none"))
}

// All scanners read the table as the byte-by-byte reader does.
func TestScanners(t *testing.T) {
	every(t, func(t *testing.T) {
		for _, h := range requests(t) {
			r, b := newRequest(), []byte(h.bytes)
			n, e := r.Parse(b[:len(b):len(b)])
			require.Equal(t, h.want, describe(r, b, n, e), h.name)
		}
	})
}

// A head is read the same wherever its lines fall in the blocks of a scanner.
func TestScannersAtEveryOffset(t *testing.T) {
	every(t, func(t *testing.T) {
		for n := range 200 {
			pad := strings.Repeat("p", n)
			b := []byte("GET /" + pad + " HTTP/1.1\r\nHost:" + pad + "h\r\nX-" + pad + ": v\r\nY:\t" + pad + " \r\nConnection: close\r\n\r\nrest")
			r := &Request{}
			r.Fields = make([]Field, 0, 4)
			taken, e := r.Parse(b)
			require.Zero(t, e, "%d", n)
			require.Equal(t, len(b)-4, taken)
			require.Equal(t, pad+"h", string(r.Host.Of(b)))
			require.Equal(t, "X-"+pad, string(r.Fields[1].Name.Of(b)))
			require.Equal(t, pad, string(r.Fields[2].Value.Of(b)))
			require.True(t, r.Close)
		}
	})
}

// Every byte, at every place of a head that is longer than a block.
func TestScannersAnyByte(t *testing.T) {
	const text = "POST /upload?name=a%20b HTTP/1.1\r\nHost: a.example:80\r\nContent-Length: 12\r\nX-Pad: 0123456789abcdef\r\nConnection: close\r\n\r\n"
	defer UseScanner(Scanners()[0])
	for i := range len(text) {
		for c := range 256 {
			b := []byte(text)
			b[i] = byte(c)
			UseScanner("bytes")
			r := newRequest()
			n, e := r.Parse(b)
			want := describe(r, b, n, e)
			for _, scanner := range Scanners() {
				UseScanner(scanner)
				r := newRequest()
				n, e := r.Parse(b)
				if got := describe(r, b, n, e); got != want {
					require.Equal(t, want, got, "%s, byte %d is %#x", scanner, i, c)
				}
			}
		}
	}
}

// More lines in a block than a scanner stores at once, and more fields than
// there are counts.
func TestScannersManyFields(t *testing.T) {
	every(t, func(t *testing.T) {
		for _, count := range []int{16, 17, 30, 31, 32, 33, 63, 127, 128, 129} {
			r := &Request{}
			r.Fields = make([]Field, 0, maxFields)
			b := []byte("GET / HTTP/1.1\r\n" + strings.Repeat("a:\r\n", count-1) + "Host: h\r\n\r\n")
			n, e := r.Parse(b)
			if count > maxFields {
				require.Equal(t, ErrTooManyFields, e)
				continue
			}
			require.Zero(t, e, "%d fields", count)
			require.Equal(t, len(b), n)
			require.Len(t, r.Fields, count)
			require.Equal(t, "h", string(r.Host.Of(b)))
			require.Equal(t, "h", string(r.Value(FieldHost).Of(b)))
		}
	})
}

// A field may occur more often than its count can tell, and Host twice with as
// many fields between as it takes to wrap a count.
func TestScannersManyKnownFields(t *testing.T) {
	every(t, func(t *testing.T) {
		for count := range 100 {
			r := &Request{}
			r.Fields = make([]Field, 0, maxFields)
			b := []byte("GET / HTTP/1.1\r\nHost: h\r\n" + strings.Repeat("Connection: x\r\n", count) + "Connection: close\r\n\r\n")
			n, e := r.Parse(b)
			require.Zero(t, e)
			require.Equal(t, len(b), n)
			require.True(t, r.Close)
			b = []byte("GET / HTTP/1.1\r\n" + strings.Repeat("Host: h\r\n", count+2) + "\r\n")
			_, e = r.Parse(b)
			require.Equal(t, ErrHostRepeated, e)
		}
	})
}

// Random lines of all lengths and kinds of white space, read by all scanners.
func TestScannersRandom(t *testing.T) {
	defer UseScanner(Scanners()[0])
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var s strings.Builder
		fmt.Fprintf(&s, "GET /%s HTTP/1.1\r\nHost: h\r\n", strings.Repeat("t", r.IntN(90)))
		for range r.IntN(14) {
			ows := []string{"", " ", "\t", "  "}
			s.WriteString("N" + strings.Repeat("n", r.IntN(70)) + ":" + ows[r.IntN(4)] + strings.Repeat("v w", r.IntN(30)) + ows[r.IntN(4)] + "\r\n")
		}
		s.WriteString("\r\n")
		b := []byte(s.String())
		var want string
		for i, scanner := range Scanners() {
			UseScanner(scanner)
			q := &Request{}
			q.Fields = make([]Field, 0, 16)
			n, e := q.Parse(b)
			require.Zero(t, e)
			got := describe(q, b, n, e)
			if i == 0 {
				want = got
			}
			require.Equal(t, want, got, scanner)
		}
	}
}

// 64 KB that arrive byte by byte take linear time.
func TestByteByByteIsLinear(t *testing.T) {
	b := []byte("GET / HTTP/1.1\r\nHost: h\r\nX: ")
	for len(b) < MaxHead-4 {
		b = append(b, 'v')
	}
	b = append(b, "\r\n\r\n"...)
	best := time.Hour
	for range 5 {
		r := &Request{}
		r.Fields = make([]Field, 0, 2)
		start := time.Now()
		for n := 1; n < len(b); n++ {
			if taken, e := r.Parse(b[:n]); taken != 0 || e != 0 {
				t.Fatalf("%d bytes: %d, %v", n, taken, e)
			}
		}
		n, e := r.Parse(b)
		best = min(best, time.Since(start))
		require.Zero(t, e)
		require.Equal(t, MaxHead, n)
	}
	limit := 20 * time.Millisecond
	if raceDetector {
		limit *= 20
	}
	require.Less(t, best, limit)
}
