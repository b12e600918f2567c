package fuzz

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	gorilla "github.com/gorilla/websocket"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// A history is what the user of a connection sees of a stream: messages, pings and pongs, then how it ends: "1002" and
// "1009" for what fails it, "closed" with the peer's code and reason, or "open".
type history struct {
	events []string
	end    string
	err    websocket.Error // why, if it is ours
}

func (h *history) note(kind any, payload []byte) {
	h.events = append(h.events, fmt.Sprintf("%v %q", kind, payload))
}

// ourHistory is that of our decoder.
func ourHistory(stream []byte, limit int64) (h history) {
	d := websocket.Decoder{MaxMessage: limit}
	var message []byte
	for b := bytes.Clone(stream); ; {
		n, err := d.Decode(b)
		if err == 0 && n > 0 && d.Opcode == websocket.Close {
			var code int
			var reason []byte
			if code, reason, err = websocket.ParseClose(d.Payload); err == 0 {
				h.end = fmt.Sprintf("closed %d %q", code, reason)
				return h
			}
		}
		switch {
		case err != 0:
			h.end, h.err = fmt.Sprint(err.Code()), err
			return h
		case n == 0:
			h.end = "open"
			return h
		case d.Opcode.Control():
			h.note(d.Opcode, d.Payload)
		default:
			if message = append(message, d.Payload...); d.End() {
				h.note(d.Message, message)
				message = message[:0]
			}
		}
		b = b[n:]
	}
}

// gorillaHistory is that of gorilla/websocket.
func gorillaHistory(t *testing.T, stream []byte, limit int64) (h history) {
	c := gorillaServer(t, stream)
	c.SetReadLimit(limit)
	c.SetPingHandler(func(data string) error { h.note(websocket.Ping, []byte(data)); return nil })
	c.SetPongHandler(func(data string) error { h.note(websocket.Pong, []byte(data)); return nil })
	for {
		kind, message, err := c.ReadMessage()
		if err == nil {
			h.note(websocket.Opcode(kind), message)
			continue
		}
		var closed *gorilla.CloseError
		switch {
		case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), gorilla.IsCloseError(err, gorilla.CloseAbnormalClosure):
			h.end = "open"
		case errors.Is(err, gorilla.ErrReadLimit):
			h.end = "1009"
		case errors.As(err, &closed):
			h.end = fmt.Sprintf("closed %d %q", closed.Code, closed.Text)
		default:
			h.end = "1002"
		}
		return h
	}
}

// differences are where gorilla is meant to see something else than we do, by our error. What comes before must be
// the same; what gorilla makes of the rest is its own affair.
var differences = map[websocket.Error]string{
	websocket.ErrUTF8:        "RFC 6455, 8.1: gorilla leaves the characters of texts to its user, and fails a reason with 1002",
	websocket.ErrLength:      "RFC 6455, 5.2: gorilla takes lengths in more bytes than they need, and those beyond 63 bits for too long",
	websocket.ErrCloseLength: "RFC 6455, 5.5.1: gorilla takes a Close of one byte for one without a code",
}

// badGateway is registered since, and gorilla does not know it.
const badGateway = "closed 1014"

// compareWithGorilla holds our decoder against gorilla's reader on a connection without extensions.
func compareWithGorilla(t *testing.T, stream []byte, limit int64) {
	ours, theirs := ourHistory(stream, limit), gorillaHistory(t, stream, limit)
	same := slices.Equal(ours.events, theirs.events) && ours.end == theirs.end
	if _, meant := differences[ours.err]; meant {
		same = len(theirs.events) >= len(ours.events) && slices.Equal(ours.events, theirs.events[:len(ours.events)])
	} else if strings.HasPrefix(ours.end, badGateway) {
		same = slices.Equal(ours.events, theirs.events) && theirs.end == "1002"
	}
	if !same {
		t.Fatalf("% x, limit %d:\nours:    %q, %s (%v)\ngorilla: %q, %s", stream, limit, ours.events, ours.end, ours.err, theirs.events, theirs.end)
	}
}

// gorillaServer is gorilla's server side of a connection on which stream arrives, and then the end.
func gorillaServer(t *testing.T, stream []byte) *gorilla.Conn {
	r := &http.Request{Method: "GET", Host: "h", Header: http.Header{
		"Upgrade": {"websocket"}, "Connection": {"Upgrade"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="},
	}}
	c, err := (&gorilla.Upgrader{}).Upgrade(&hijacked{conn: &tape{Reader: bytes.NewReader(stream)}}, r, nil)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// hijacked is a response writer that only gives its connection away.
type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

func (h *hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	none := strings.NewReader("")
	return h.conn, bufio.NewReadWriter(bufio.NewReader(none), bufio.NewWriter(io.Discard)), nil
}

// tape is a connection that plays a stream and forgets what it is told.
type tape struct {
	net.Conn
	*bytes.Reader
}

func (t *tape) Read(b []byte) (int, error)     { return t.Reader.Read(b) }
func (*tape) Write(b []byte) (int, error)      { return len(b), nil }
func (*tape) SetDeadline(time.Time) error      { return nil }
func (*tape) SetReadDeadline(time.Time) error  { return nil }
func (*tape) SetWriteDeadline(time.Time) error { return nil }
func (*tape) Close() error                     { return nil }

// Each of the differences is one: gorilla goes on, or ends otherwise.
func TestDifferencesWithGorilla(t *testing.T) {
	for name, c := range map[string]struct{ stream, ours, theirs string }{
		"text":          {"\x81\x81\x00\x00\x00\x00\xff", "1007", "open"},
		"reason":        {"\x88\x83\x00\x00\x00\x00\x03\xe8\xff", "1007", "1002"},
		"long length":   {"\x82\xfe\x00\x01\x00\x00\x00\x00x", "1002", "open"},
		"top bit":       {"\x82\xff\x80\x00\x00\x00\x00\x00\x00\x00mask", "1002", "1009"},
		"close of one":  {"\x88\x81\x00\x00\x00\x00x", "1002", `closed 1005 ""`},
		"bad gateway":   {"\x88\x82\x00\x00\x00\x00\x03\xf6", badGateway + ` ""`, "1002"},
		"same: unknown": {"\x88\x82\x00\x00\x00\x00\x03\xec", "1002", "1002"},
		"same: closed":  {"\x88\x82\x00\x00\x00\x00\x03\xe8", `closed 1000 ""`, `closed 1000 ""`},
	} {
		ours, theirs := ourHistory([]byte(c.stream), 0), gorillaHistory(t, []byte(c.stream), 0)
		if ours.end != c.ours || theirs.end != c.theirs {
			t.Errorf("%s: ours %s, gorilla %s", name, ours.end, theirs.end)
		}
		compareWithGorilla(t, []byte(c.stream), 0)
	}
}
