package server

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// Chapters 9, 12 and 13 of Autobahn|Testsuite, with the content compared as well. Short: sizes of chapter 9 divided by
// 16, and 2 messages instead of 1000; HTTPDLAB_FULL=1 takes all of it.
var (
	autobahnFull     = os.Getenv("HTTPDLAB_FULL") != ""
	autobahnShrink   = map[bool]int{true: 1, false: 16}[autobahnFull]
	autobahnMessages = map[bool]int{true: 1000, false: 2}[autobahnFull]
)

// An autobahnCase echoes messages of so many bytes, in frames of at most fragment bytes, in writes of at most chop.
type autobahnCase struct {
	id                             string
	kind                           FrameType
	size, fragment, chop, messages int
}

// chapter9 is limits and performance: 54 cases.
func chapter9() (cases []autobahnCase) {
	add := func(section, i int, c autobahnCase) {
		c.id = fmt.Sprintf("9.%d.%d", section, i+1)
		c.kind = []FrameType{BinaryFrame, TextFrame}[section%2]
		c.messages = max(c.messages, 1)
		cases = append(cases, c)
	}
	for section := 1; section <= 8; section++ {
		switch (section + 1) / 2 {
		case 1:
			for i, n := range []int{64 << 10, 256 << 10, 1 << 20, 4 << 20, 8 << 20, 16 << 20} {
				add(section, i, autobahnCase{size: n / autobahnShrink})
			}
		case 2:
			for i := range 9 {
				add(section, i, autobahnCase{size: 4 << 20 / autobahnShrink, fragment: 64 << (2 * i) / min(autobahnShrink, 1<<(2*i))})
			}
		case 3:
			for i := range 6 {
				add(section, i, autobahnCase{size: 1 << 20 / autobahnShrink, chop: 64 << i})
			}
		case 4:
			for i, n := range []int{0, 16, 64, 256, 1024, 4096} {
				add(section, i, autobahnCase{size: n, messages: 1000 / autobahnShrink})
			}
		}
	}
	return cases
}

// chapter12 has the 18 loads of each set of the chapters 12 and 13.
func chapter12() (cases []autobahnCase) {
	add := func(size, fragment int) {
		cases = append(cases, autobahnCase{id: fmt.Sprint(len(cases) + 1), size: size, fragment: fragment, messages: autobahnMessages})
	}
	for _, n := range []int{16, 64, 256, 1024, 4096, 8192, 16384, 32768, 65536, 131072} {
		add(n, 0)
	}
	for n := 8192; n <= 131072; n *= 2 {
		add(n, 256)
	}
	for _, fragment := range []int{1024, 4096, 32768} {
		add(131072, fragment)
	}
	return cases
}

// autobahnData stands for the files of chapter 12: JSON, a bitmap, a German text, HTML, a PDF. Texts are ASCII, so that
// they can be cut anywhere.
var autobahnData = func() (all [5][]byte) {
	random := rand.New(rand.NewPCG(12, 13))
	for n := 0; len(all[2]) < 200_000; n++ {
		all[0] = fmt.Appendf(all[0], `{"id":%d,"name":"sensor %d","values":[%d,%d],"ok":%v},`, n, random.IntN(50), random.IntN(1000), random.IntN(9), n%2 == 0)
		all[3] = fmt.Appendf(all[3], "<tr class=\"row%d\"><td><a href=\"/item/%d\">item %d</a></td></tr>\n", n%2, random.IntN(5000), n)
		words := strings.Fields("und der die das nicht ich ein zu ist in sich den mit so er es wie auf als Geist Welt Nat\xfcr Herz")
		all[2] = fmt.Appendf(all[2], "%s %s %s,\r\n", words[random.IntN(len(words))], words[random.IntN(len(words))], words[random.IntN(len(words))])
		all[4] = fmt.Appendf(all[4], "%d 0 obj << /Length 64 >> stream\n", n)
		for range 64 {
			all[1] = append(all[1], byte(n/8+random.IntN(4)))
			all[4] = append(all[4], byte(random.Uint32()))
		}
	}
	return all
}()

func TestAutobahnLimits(t *testing.T) {
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, MaxMessage: 16 << 20}))
		cases := chapter9()
		require.Len(t, cases, 54)
		for _, c := range cases {
			p := open(t, s)
			p.SetDeadline(time.Now().Add(time.Minute))
			p.drive(c, bytes.Repeat([]byte("BAsd7&jh23"), c.size/10+2), nil)
			p.send(masked(CloseFrame, "\x03\xe8"))
			p.wantClose(c.id, 1000)
			p.Close()
		}
	})
}

func TestAutobahnDeflate(t *testing.T) {
	if racing {
		t.Skip("under the race detector it takes minutes; other tests compress there")
	}
	const hints = "; client_no_context_takeover; client_max_window_bits"
	offers := make([]string, 5, 12)                                                  // chapter 12 asks for nothing
	for _, o := range []string{"", "N", "B=9", "B=15", "NB=9", "NB=15", "NB=9,N,"} { // chapter 13
		offers = append(offers, o)
	}
	total := 0
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, endpoint(WebSocket{Handler: wsEcho, Deflate: &websocket.Deflate{}}))
		for set, offer := range offers {
			chapter, data, number := 12, autobahnData[set%5], set+1
			kind := []FrameType{TextFrame, BinaryFrame, BinaryFrame, TextFrame, BinaryFrame}[set%5]
			if set >= 5 {
				chapter, data, kind, number = 13, autobahnData[0], TextFrame, set-4
			}
			element := strings.NewReplacer("N", "; server_no_context_takeover", "B", "; server_max_window_bits", ",", hints+", permessage-deflate")
			h := websocket.Client{Host: "h", Deflate: &websocket.Deflate{}}
			wanted := strings.Contains(offer, "N")
			for _, c := range chapter12() {
				c.id, c.kind = fmt.Sprintf("%d.%d.%s", chapter, number, c.id), kind
				p := dial(t, s)
				p.SetDeadline(time.Now().Add(time.Minute))
				p.send("GET /ws HTTP/1.1\r\n" + handshakeFields + "Sec-WebSocket-Extensions: permessage-deflate" + element.Replace(offer) + hints + "\r\n\r\n")
				resp, _ := p.wantStatus(c.id, 101)
				h.Deflated = false
				h.Field([]byte("Sec-WebSocket-Extensions"), []byte(resp.Header.Get("Sec-WebSocket-Extensions")))
				require.True(t, h.Deflated, c.id)
				require.Equal(t, wanted, h.Agreed.ServerNoTakeover, c.id)
				require.Equal(t, strings.Contains(offer, "B=9"), h.Agreed.ServerBits == 9, c.id)
				p.drive(c, data, &h.Agreed)
				p.send(masked(CloseFrame, "\x03\xe8"))
				p.wantClose(c.id, 1000)
				p.Close()
				total++
			}
		}
	})
	require.Equal(t, 2*(90+126), total)
}

// drive sends the case's messages, cut from data, and holds each echo against them.
func (p *peer) drive(c autobahnCase, data []byte, agreed *websocket.Deflate) {
	p.t.Helper()
	z, i := websocket.Deflater{}, websocket.Inflater{}
	if agreed != nil {
		z = websocket.Deflater{Bits: agreed.ClientBits, NoTakeover: agreed.ClientNoTakeover}
		i = websocket.Inflater{Bits: agreed.ServerBits, NoTakeover: agreed.ServerNoTakeover}
	}
	defer z.Release()
	defer i.Release()
	d := websocket.Decoder{Server: true, Deflate: agreed != nil, AnyText: true}
	for n := range c.messages {
		from := n * c.size % (len(data) - c.size)
		message := data[from : from+c.size]
		payload := bytes.Clone(message)
		if agreed != nil {
			payload = z.Deflate(payload[:0:0], message)
		}
		p.sendFrames(c, payload, agreed != nil)
		echo := p.message(&d)
		if d.Compressed {
			var wrong websocket.Error
			echo, wrong = i.Inflate(nil, echo, c.size+1)
			require.Zero(p.t, wrong, c.id)
		}
		require.Equal(p.t, agreed != nil, d.Compressed, c.id)
		require.Equal(p.t, c.kind, d.Message, c.id)
		require.True(p.t, bytes.Equal(message, echo), "%s, message %d: %d bytes came back as others", c.id, n, c.size)
	}
}

// sendFrames sends one message as the case says.
func (p *peer) sendFrames(c autobahnCase, payload []byte, compressed bool) {
	var b []byte
	for first := true; first || len(payload) > 0; first = false {
		n := len(payload)
		if c.fragment > 0 {
			n = min(n, c.fragment)
		}
		h := websocket.Header{Final: n == len(payload), RSV1: compressed && first, Masked: true, Key: 0x3d21fa37, Length: int64(n)}
		if first {
			h.Opcode = c.kind
		}
		b = append(websocket.AppendHeader(b, h), payload[:n]...)
		websocket.Mask(b[len(b)-n:], h.Key)
		payload = payload[n:]
	}
	chop := len(b)
	if c.chop > 0 {
		chop = c.chop
	}
	for len(b) > 0 {
		n := min(chop, len(b))
		_, err := p.Conn.Write(b[:n])
		require.NoError(p.t, err, c.id)
		b = b[n:]
	}
}

// message reads a message.
func (p *peer) message(d *websocket.Decoder) (message []byte) {
	for {
		b, err := p.Peek(p.Buffered())
		require.NoError(p.t, err)
		n, wrong := d.Decode(b)
		require.Zero(p.t, wrong)
		if n == 0 {
			_, err = p.Peek(len(b) + 1) // more has to come
			require.NoError(p.t, err)
			continue
		}
		message = append(message, d.Payload...)
		p.Discard(n)
		if d.End() {
			return message
		}
	}
}
