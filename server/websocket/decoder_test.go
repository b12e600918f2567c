package websocket

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const testKey = 0x3d21fa37

// client builds what a client sends from frames written as "text hello",
// "ping", "text+ a" (more to come), "cont b"; RSV bits and odd lengths as raw bytes.
func client(frames ...string) (b []byte) {
	names := map[string]Opcode{"cont": Continuation, "text": Text, "bin": Binary, "close": Close, "ping": Ping, "pong": Pong}
	for _, f := range frames {
		name, payload, _ := strings.Cut(f, " ")
		if name == "raw" {
			b = append(b, payload...)
			continue
		}
		name, more := strings.CutSuffix(name, "+")
		name, compressed := strings.CutPrefix(name, "z")
		opcode, ok := names[name]
		if !ok {
			panic(name)
		}
		b = AppendHeader(b, Header{Final: !more, RSV1: compressed, Masked: true, Opcode: opcode, Key: testKey, Length: int64(len(payload))})
		b = append(b, payload...)
		Mask(b[len(b)-len(payload):], testKey)
	}
	return b
}

// events decodes stream, which arrives in pieces that end at cuts, and tells
// what a user of the decoder sees.
func events(d *Decoder, stream []byte, cuts ...int) string {
	var s strings.Builder
	var message []byte
	buf := []byte{}
	at := 0
	for _, end := range append(cuts, len(stream)) {
		buf = append(buf, stream[at:end]...)
		at = end
		for {
			n, err := d.Decode(buf[:len(buf):len(buf)])
			if err != 0 {
				fmt.Fprintf(&s, "%d ", err.Code())
				return s.String()
			}
			if n == 0 {
				break
			}
			if d.Opcode.Control() {
				fmt.Fprintf(&s, "%v=%q ", d.Opcode, d.Payload)
			} else if message = append(message, d.Payload...); d.End() {
				fmt.Fprintf(&s, "%v=%q ", d.Message, message)
				message = message[:0]
			}
			buf = append([]byte{}, buf[n:]...)
		}
	}
	return s.String()
}

var streams = []struct {
	name, want string
	stream     []byte
}{
	// Autobahn 1: lengths.
	{"text empty", `text="" `, client("text ")},
	{"text 125", fmt.Sprintf("text=%q ", strings.Repeat("*", 125)), client("text " + strings.Repeat("*", 125))},
	{"binary 126", fmt.Sprintf("binary=%q ", strings.Repeat("\xfe", 126)), client("bin " + strings.Repeat("\xfe", 126))},
	{"text 300", fmt.Sprintf("text=%q ", strings.Repeat("*", 300)), client("text " + strings.Repeat("*", 300))},
	// 2: pings and pongs.
	{"ping empty", `ping="" `, client("ping")},
	{"ping binary", `ping="\x00\xff\xfe\xfd" `, client("ping \x00\xff\xfe\xfd")},
	{"ping 125", fmt.Sprintf("ping=%q ", strings.Repeat("p", 125)), client("ping " + strings.Repeat("p", 125))},
	{"ping 126", "1002 ", client("ping " + strings.Repeat("p", 126))},
	{"pong unsolicited", `pong="x" ping="y" `, client("pong x", "ping y")},
	// 3: reserved bits.
	{"rsv1", "1002 ", client("ztext Hello")},
	{"rsv2", "text=\"good\" 1002 ", client("text good", "raw \xa1\x80\x00\x00\x00\x00")},
	{"rsv3", "1002 ", client("raw \x91\x80\x00\x00\x00\x00")},
	{"rsv1 ping", "1002 ", client("zping")},
	{"rsv all close", "1002 ", client("raw \xf8\x80\x00\x00\x00\x00")},
	// 4: opcodes.
	{"opcode 3", "1002 ", client("raw \x83\x80\x00\x00\x00\x00")},
	{"opcode 7", "text=\"good\" 1002 ", client("text good", "raw \x87\x80\x00\x00\x00\x00", "ping")},
	{"opcode 11", "1002 ", client("raw \x8b\x80\x00\x00\x00\x00")},
	{"opcode 15 inside a message", "1002 ", client("text+ a", "raw \x8f\x80\x00\x00\x00\x00", "cont b")},
	// 5: fragmentation.
	{"ping in fragments", "1002 ", client("ping+ a", "cont b")},
	{"pong in fragments", "1002 ", client("pong+ a", "cont b")},
	{"close in fragments", "1002 ", client("close+ ", "cont b")},
	{"two fragments", `text="ab" `, client("text+ a", "cont b")},
	{"ping between", `ping="p" text="ab" `, client("text+ a", "ping p", "cont b")},
	{"continuation of nothing", "1002 ", client("cont a", "text b")},
	{"continuation of nothing, more", "1002 ", client("cont+ a", "text b")},
	{"continuation of a whole message", `binary="a" 1002 `, client("bin a", "cont b")},
	{"text inside text", "1002 ", client("text+ a", "text b")},
	{"binary inside text", "1002 ", client("text+ a", "bin b")},
	{"binary inside binary, more", "1002 ", client("bin+ a", "bin+ b")},
	{"five fragments", `ping="1" ping="2" binary="abcde" `, client("bin+ a", "cont+ b", "ping 1", "cont+ c", "cont+ d", "ping 2", "cont e")},
	{"empty fragments", `text="middle" `, client("text+ ", "cont+ middle", "cont ")},
	// 6: UTF-8. See UTF8 for the characters.
	{"utf8 across fragments", "ping=\"\" text=\"κ\u1f79σμε\" ", client("text+ \xce\xba\xe1", "ping", "cont \xbd\xb9\xcf\x83\xce\xbc\xce\xb5")},
	{"utf8 surrogate", "1007 ", client("text \xce\xba\xed\xa0\x80edited")},
	{"utf8 cut off", "1007 ", client("text \xce")},
	{"utf8 cut off, empty end", "1007 ", client("text+ \xce", "cont ")},
	{"utf8 does not leak", `binary="\xce" text="a" 1007 `, client("bin \xce", "text a", "text \xba")},
	{"utf8 at once", "1007 ", client("text+ \xf4\x90")},
	{"not utf8 in binary", `binary="\xff\xfe" `, client("bin+ \xff", "cont \xfe")},
	// 7: close.
	{"close", `close="\x03\xe8" `, client("close \x03\xe8")},
	{"close inside a message", `close="\x03\xe8" `, client("text+ a", "close \x03\xe8")},
	// What Autobahn lacks: masks and lengths.
	{"unmasked text", "1002 ", []byte("\x81\x02hi")},
	{"unmasked empty", "1002 ", []byte("\x82\x00")},
	{"unmasked ping", "1002 ", []byte("\x89\x02hi")},
	{"unmasked continuation", "1002 ", client("text+ a", "raw \x80\x01b")},
	{"5 in 16 bits", "1002 ", []byte("\x81\xfe\x00\x05")},
	{"125 in 16 bits", "1002 ", []byte("\x82\xfe\x00\x7d")},
	{"5 in 64 bits", "1002 ", []byte("\x81\xff\x00\x00\x00\x00\x00\x00\x00\x05")},
	{"65535 in 64 bits", "1002 ", []byte("\x82\xff\x00\x00\x00\x00\x00\x00\xff\xff")},
	{"ping in 16 bits", "1002 ", []byte("\x89\xfe")},
	{"close in 64 bits", "1002 ", []byte("\x88\xff")},
	{"top bit", "1002 ", []byte("\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00mask")},
	{"all bits", "1002 ", []byte("\x82\xff\xff\xff\xff\xff\xff\xff\xff\xffmask")},
	{"2^63-1", "1009 ", []byte("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xffmask")},
	{"2^32+5", "1009 ", []byte("\x82\xff\x00\x00\x00\x01\x00\x00\x00\x05maskHELLO")},
	{"one too many", "1009 ", client("bin " + strings.Repeat("x", 401))[:10]},
	{"sum of fragments", "1009 ", client("bin+ "+strings.Repeat("x", 399), "cont+ x", "cont y")[:420]},
	{"limit", fmt.Sprintf("binary=%q ", strings.Repeat("x", 400)), client("bin+ "+strings.Repeat("x", 399), "cont x")},
}

// Every stream gives the same events wherever it is cut in two, and byte by byte.
func TestDecoder(t *testing.T) {
	for _, c := range streams {
		t.Run(c.name, func(t *testing.T) {
			require.Equal(t, c.want, events(&Decoder{MaxMessage: 400}, c.stream))
			for cut := range c.stream {
				if got := events(&Decoder{MaxMessage: 400}, c.stream, cut); got != c.want {
					t.Fatalf("cut at %d: %s, want %s", cut, got, c.want)
				}
			}
			all := make([]int, len(c.stream))
			for i := range all {
				all[i] = i
			}
			require.Equal(t, c.want, events(&Decoder{MaxMessage: 400}, c.stream, all...))
		})
	}
}

// RFC 6455, 5.2: all first bytes, idle and inside a message.
func TestDecoderFirstBytes(t *testing.T) {
	for first := range 256 {
		for _, inside := range []bool{false, true} {
			for _, deflate := range []bool{false, true} {
				d := Decoder{Deflate: deflate}
				if inside {
					_, err := d.Decode(client("text+ a"))
					require.Zero(t, err)
				}
				opcode, final := Opcode(first&15), first&0x80 != 0
				ok := first&0x30 == 0
				switch opcode {
				case Text, Binary:
					ok = ok && !inside && (first&0x40 == 0 || deflate)
				case Continuation:
					ok = ok && inside && first&0x40 == 0
				case Close, Ping, Pong:
					ok = ok && final && first&0x40 == 0
				default:
					ok = false
				}
				_, err := d.Decode([]byte{byte(first), 0x80, 1, 2, 3, 4})
				require.Equal(t, ok, err == 0, "%02x inside=%v deflate=%v: %v", first, inside, deflate, err)
			}
		}
	}
}

// RFC 7692, 6: a compressed message says so in its first frame only.
func TestDecoderCompressed(t *testing.T) {
	d := Decoder{Deflate: true}
	require.Equal(t, `text="\xf2H\xcd" `, events(&d, client("ztext+ \xf2", "cont H\xcd")))
	require.True(t, d.Compressed)
	require.Equal(t, `text="plain" `, events(&d, client("text plain")))
	require.False(t, d.Compressed)
	require.Equal(t, "1002 ", events(&d, client("ztext+ \xf2", "zcont H\xcd")))
}

// A compressed message may be longer than the limit by what packing adds, and no more; that is told from its header.
func TestDecoderCompressedLimit(t *testing.T) {
	many := func(n int) string { return strings.Repeat("x", n) }
	for _, c := range []struct {
		refused bool
		frames  []string
	}{
		{false, []string{"bin " + many(2048)}},
		{true, []string{"bin " + many(2049)}},
		{false, []string{"zbin " + many(2048+2+64)}},
		{true, []string{"zbin " + many(2048+2+65)}},
		{false, []string{"zbin+ " + many(2048), "ping p", "cont " + many(66)}},
		{true, []string{"zbin+ " + many(2048), "ping p", "cont " + many(67)}},
		{true, []string{"zbin " + many(2114), "bin+ " + many(2000), "cont " + many(49)}},
	} {
		d := Decoder{MaxMessage: 2048, Deflate: true}
		require.Equal(t, c.refused, strings.HasSuffix(events(&d, client(c.frames...)), "1009 "), "%.12q", c.frames)
	}
	d := Decoder{MaxMessage: math.MaxInt64, Deflate: true}
	require.Equal(t, `binary="x" `, events(&d, client("zbin x")))
}

// The side that reads a server refuses masks.
func TestDecoderOfServer(t *testing.T) {
	d := Decoder{Server: true}
	require.Equal(t, `text="hi" `, events(&d, AppendFrame(nil, Text, []byte("hi"))))
	require.Equal(t, "1002 ", events(&d, client("text hi")))
	_, err := d.Decode(AppendFrame(nil, Text, []byte("hi")))
	require.Equal(t, ErrMasked, err, "an error stays")
}

// A frame far larger than the buffer passes through it in parts.
func TestDecoderStreams(t *testing.T) {
	const size = 1 << 20
	stream := client("bin " + string(ramp(size)))
	d := Decoder{}
	var got []byte
	buf := make([]byte, 0, MaxHeader+MaxControl)
	for len(stream) > 0 || len(buf) > 0 {
		n := copy(buf[len(buf):cap(buf)], stream)
		buf, stream = buf[:len(buf)+n], stream[n:]
		n, err := d.Decode(buf)
		require.Zero(t, err)
		require.NotZero(t, n)
		require.Equal(t, int64(size-len(got)-len(d.Payload)), d.Left)
		require.Equal(t, len(got) == 0, d.First)
		got = append(got, d.Payload...)
		buf = buf[:copy(buf, buf[n:])]
	}
	require.True(t, d.End() && d.Between())
	require.Equal(t, ramp(size), got)
}

// A million empty continuations take time only.
func TestDecoderEmptyContinuations(t *testing.T) {
	d := Decoder{MaxMessage: 10}
	frame := client("cont+ ")
	require.Empty(t, events(&d, client("text+ a")))
	buf := make([]byte, len(frame))
	for range 1_000_000 {
		copy(buf, frame)
		if n, err := d.Decode(buf); n != len(frame) || err != 0 {
			t.Fatal(n, err)
		}
	}
	require.Equal(t, `text="b" `, events(&d, client("cont b")))
}

// Header and its writer are inverse, in the shortest form, for every length.
func TestHeaderRoundTrip(t *testing.T) {
	for _, length := range []int64{0, 1, 125, 126, 127, 128, 65535, 65536, 65537, 1<<31 - 1, 1 << 32, 1<<63 - 1} {
		for flags := range 8 {
			h := Header{Final: flags&1 > 0, RSV1: flags&2 > 0, Masked: flags&4 > 0, Opcode: Binary, Length: length}
			if h.Masked {
				h.Key = testKey
			}
			b := AppendHeader(nil, h)
			var got Header
			n, err := got.Parse(append(b, "payload"...))
			require.Zero(t, err)
			require.Equal(t, len(b), n)
			require.Equal(t, h, got)
			for short := range b {
				n, err = got.Parse(b[:short])
				require.Zero(t, n)
				require.Zero(t, err)
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, c := range []struct {
		name   string
		opcode string
		n      int
	}{{"binary20", "bin ", 20}, {"text20", "text ", 20}, {"binary4096", "bin ", 4096}, {"text4096", "text ", 4096}, {"ping", "ping ", 4}} {
		b.Run(c.name, func(b *testing.B) {
			stream := client(c.opcode + strings.Repeat("a", c.n))
			work := make([]byte, len(stream))
			var d Decoder
			b.SetBytes(int64(c.n))
			for b.Loop() {
				copy(work, stream)
				if n, err := d.Decode(work); n == 0 || err != 0 {
					b.Fatal(n, err)
				}
			}
		})
	}
}
