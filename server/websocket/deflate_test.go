package websocket

import (
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// samples are texts of every kind that the block writer distinguishes.
func samples() map[string][]byte {
	r := rand.New(rand.NewPCG(7692, 1951))
	random := make([]byte, 100_000)
	for i := range random {
		random[i] = byte(r.Uint32())
	}
	var words strings.Builder
	for words.Len() < 200_000 {
		words.WriteString([]string{"temperature", "humidity", "pressure", `":`, "21.5", ",", "\n", `{"`, "}"}[r.IntN(9)])
	}
	skewed := make([]byte, 60_000)
	for i := range skewed {
		skewed[i] = byte(r.ExpFloat64() * 3)
	}
	mixed := append(append([]byte(words.String()[:30_000]), random[:30_000]...), words.String()[:70_000]...)
	return map[string][]byte{
		"empty": nil, "one": {'x'}, "hello": []byte("Hello"), "zeros": make([]byte, 150_000),
		"random": random, "words": []byte(words.String()), "skewed": skewed, "mixed": mixed,
		"period3": bytes.Repeat([]byte("abc"), 40_000), "json": []byte(`{"id":17,"name":"sensor","value":21.5}`),
		"short random": random[:40], "ramp": ramp(70_000),
	}
}

func ramp(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i >> 3)
	}
	return b
}

// standard inflates with the library's own decoder; dict is what came before.
func standard(t *testing.T, payload, dict []byte) []byte {
	t.Helper()
	whole := append(append([]byte{}, payload...), 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff)
	out, err := io.ReadAll(flate.NewReaderDict(bytes.NewReader(whole), dict))
	require.NoError(t, err)
	return out
}

// What is deflated comes back, from our inflater and from the library's.
func TestDeflateRoundTrip(t *testing.T) {
	for name, text := range samples() {
		for bits := uint8(8); bits <= 15; bits++ {
			z := Deflater{Bits: bits, NoTakeover: true}
			payload := z.Deflate(nil, text)
			require.NotEmpty(t, payload)
			require.True(t, bytes.Equal(text, standard(t, payload, nil)), "%s %d", name, bits)
			i := Inflater{Bits: bits, NoTakeover: true}
			got, err := i.Inflate([]byte("before"), payload, len(text))
			require.Zero(t, err, "%s %d", name, bits)
			require.True(t, bytes.Equal(append([]byte("before"), text...), got), "%s %d", name, bits)
		}
	}
}

// With context takeover, a message may refer to those before; no reference
// reaches beyond the window that was agreed on, which the inflater checks.
func TestContextTakeover(t *testing.T) {
	for bits := uint8(8); bits <= 15; bits++ {
		z, i := Deflater{Bits: bits}, Inflater{Bits: bits}
		var before []byte
		for range 3 {
			for name, text := range samples() {
				payload := z.Deflate(nil, text)
				got, err := i.Inflate(nil, payload, len(text))
				require.Zero(t, err, "%s %d", name, bits)
				require.True(t, bytes.Equal(text, got), "%s %d", name, bits)
				require.True(t, bytes.Equal(text, standard(t, payload, before)), "%s %d", name, bits)
				before = append(before, text...)
				before = before[max(0, len(before)-32768):]
			}
		}
		z.Release()
		i.Release()
	}
}

// A second message that equals the first shrinks to a few bytes only if the
// context is kept.
func TestTakeoverPays(t *testing.T) {
	text := samples()["words"][:1000]
	kept, fresh := Deflater{}, Deflater{NoTakeover: true}
	first := len(kept.Deflate(nil, text))
	require.Less(t, len(kept.Deflate(nil, text)), first/5)
	alone := fresh.Deflate(nil, text)
	require.Equal(t, alone, fresh.Deflate(nil, text))
	require.InEpsilon(t, first, len(alone), 0.05, "the index is smaller")
}

// Released memory carries nothing over to the next owner.
func TestReleasedContextIsForgotten(t *testing.T) {
	text := samples()["words"][:1000]
	for range 5 {
		z, i := Deflater{}, Inflater{}
		payload := z.Deflate(nil, text)
		require.True(t, bytes.Equal(text, standard(t, payload, nil)))
		_, err := i.Inflate(nil, payload, 1000)
		require.Zero(t, err)
		z.Release()
		i.Release()
		_, err = i.Inflate(nil, []byte{0xf2, 0x00, 0x11, 0x00, 0x00}, 1000)
		require.Equal(t, ErrDeflate, err, "a reference before the first message")
		i.Release()
	}
}

// What is sent depends on the messages before, and not on whose memory it was.
func TestDeflateIsTheSameEveryTime(t *testing.T) {
	all := samples()
	for _, z := range []Deflater{{Bits: 15}, {Bits: 9}, {NoTakeover: true}} {
		var first [][]byte
		for _, other := range all {
			before := z
			before.Deflate(nil, other)
			before.Release()
			now := z
			for i, name := range []string{"json", "words", "mixed", "json", "skewed", "mixed"} {
				payload := now.Deflate(nil, all[name])
				if i == len(first) {
					first = append(first, payload)
				}
				require.True(t, bytes.Equal(first[i], payload), "%+v: message %d", z, i)
			}
			now.Release()
		}
	}
}

// The library's encoder is understood at every level.
func TestInflateStandard(t *testing.T) {
	for name, text := range samples() {
		for level := -2; level <= 9; level++ {
			var b bytes.Buffer
			w, err := flate.NewWriter(&b, level)
			require.NoError(t, err)
			i := Inflater{}
			for start := 0; start < len(text); start += 30_000 {
				part := text[start:min(start+30_000, len(text))]
				_, _ = w.Write(part)
				require.NoError(t, w.Flush())
				got, e := i.Inflate(nil, b.Bytes()[:b.Len()-4], len(part))
				require.Zero(t, e, "%s level %d", name, level)
				require.True(t, bytes.Equal(part, got), "%s level %d", name, level)
				b.Reset()
			}
			i.Release()
		}
	}
}

// RFC 7692, 7.2.3: its examples, byte by byte.
func TestInflateExamples(t *testing.T) {
	const hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"
	for _, c := range []struct{ name, payload, want string }{
		{"7.2.3.1 one block", hello, "Hello"},
		{"7.2.3.3 no compression", "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00", "Hello"},
		{"7.2.3.4 final block", "\xf3\x48\xcd\xc9\xc9\x07\x00\x00", "Hello"},
		{"7.2.3.5 two blocks", "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00", "Hello"},
		{"7.2.3.6 empty", "\x00", ""},
	} {
		i := Inflater{}
		got, err := i.Inflate(nil, []byte(c.payload), 100)
		require.Zero(t, err, c.name)
		require.Equal(t, c.want, string(got), c.name)
	}
	i := Inflater{}
	for _, payload := range []string{hello, "\xf2\x00\x11\x00\x00"} { // 7.2.3.2
		got, err := i.Inflate(nil, []byte(payload), 100)
		require.Zero(t, err)
		require.Equal(t, "Hello", string(got))
	}
}

func TestInflateRefuses(t *testing.T) {
	for name, payload := range map[string]string{
		"nothing at all":        "",
		"reserved block":        "\x06",
		"garbage":               "\xff\xff\xff\xff",
		"truncated":             "\xf2\x48\xcd",
		"wrong stored length":   "\x00\x05\x00\xfa\xfe\x48\x65\x6c\x6c\x6f\x00",
		"stored beyond the end": "\x00\x05\x00\xfa\xff\x48\x65",
		"tail not removed":      "\xf2\x48\xcd\xc9\xc9\x07",
		"before the start":      "\xf2\x00\x11\x00\x00",
		"distance 30":           "\x4b\x04\x5e\x00",
	} {
		i := Inflater{}
		got, err := i.Inflate([]byte("kept"), []byte(payload), 100)
		require.Equal(t, ErrDeflate, err, name)
		require.Equal(t, "kept", string(got), name)
	}
}

// A reference beyond the window that was agreed on is refused although the
// bytes are still there.
func TestInflateHoldsTheWindow(t *testing.T) {
	z := Deflater{Bits: 15, NoTakeover: true}
	r := rand.New(rand.NewPCG(1, 2))
	text := make([]byte, 300)
	for i := range text {
		text[i] = byte(r.Uint32())
	}
	payload := z.Deflate(nil, append(text, text...))
	wide, narrow := Inflater{Bits: 9}, Inflater{Bits: 8}
	_, err := wide.Inflate(nil, payload, 1000)
	require.Zero(t, err)
	_, err = narrow.Inflate(nil, payload, 1000)
	require.Equal(t, ErrDeflate, err)
}

// A bomb ends at the limit, and what was allocated for it is not more.
func TestInflateBomb(t *testing.T) {
	z := Deflater{NoTakeover: true}
	bomb := z.Deflate(nil, make([]byte, 8<<20))
	require.Less(t, len(bomb), 1<<20)
	for _, limit := range []int{0, 1, 511, 512, 513, 65536, 8<<20 - 1} {
		i := Inflater{NoTakeover: true}
		got, err := i.Inflate(nil, bomb, limit)
		require.Equal(t, ErrTooLarge, err)
		require.Nil(t, got)
		// Neither does room that the caller happens to have matter.
		got, err = i.Inflate(make([]byte, 3, 1<<20), bomb, min(limit, 1<<19))
		require.Equal(t, ErrTooLarge, err)
		require.Len(t, got, 3)
	}
	result := testing.Benchmark(func(b *testing.B) {
		i := Inflater{NoTakeover: true}
		b.ReportAllocs()
		for range b.N {
			_, _ = i.Inflate(nil, bomb, 65536)
		}
	})
	require.LessOrEqual(t, result.AllocedBytesPerOp(), int64(2*65536+100_000), "doubling up to the limit allocates twice as much, and there are the tables")
}

// The room for a message grows to any length, by literals and by repetitions.
func TestInflateGrows(t *testing.T) {
	for n := range 3000 {
		z, i := Deflater{NoTakeover: true}, Inflater{NoTakeover: true}
		text := append(ramp(n%300), make([]byte, n)...)
		payload := z.Deflate(nil, text)
		got, err := i.Inflate(nil, payload, len(text))
		require.Zero(t, err)
		require.True(t, bytes.Equal(text, got))
		if len(text) > 0 {
			_, err = i.Inflate(nil, payload, len(text)-1)
			require.Equal(t, ErrTooLarge, err)
		}
	}
}
