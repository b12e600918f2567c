package server

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// An EventStream sends server-sent events (the text/event-stream of the HTML standard).
type EventStream struct{ r *Request }

// A Message is one server-sent event. Only Data is needed; it may have several lines.
type Message struct {
	Event string        // the type that the client's listeners have; "" is message
	ID    string        // what the client sends as Last-Event-ID when it comes back
	Data  string        // the text
	Retry time.Duration // how long the client waits before it comes back; 0 says nothing
}

// StartEvents begins a response of server-sent events, which lasts until the handler returns. It gives the handler a
// goroutine of its own, so that it may wait between events; Gone tells when the peer has left.
func (r *Request) StartEvents() (*EventStream, error) {
	if err := r.Block(); err != nil {
		return nil, err
	}
	if err := r.SetType("text/event-stream"); err != nil {
		return nil, err
	}
	if err := r.SetField("Cache-Control", "no-store"); err != nil {
		return nil, err
	}
	r.startStream()
	return &EventStream{r}, r.Flush()
}

// Send sends one event now.
func (e *EventStream) Send(m Message) error {
	if strings.ContainsAny(m.Event, "\r\n") || strings.ContainsAny(m.ID, "\r\n\x00") {
		return fmt.Errorf("send an event: a line end in its type or ID: %w", ErrInvalid)
	}
	text := make([]byte, 0, 64+len(m.Event)+len(m.ID)+len(m.Data))
	text = appendEventLine(text, "event: ", m.Event)
	text = appendEventLine(text, "id: ", m.ID)
	if m.Retry > 0 {
		text = appendEventLine(text, "retry: ", strconv.FormatInt(m.Retry.Milliseconds(), 10))
	}
	data := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(m.Data)
	for line := range strings.SplitSeq(data, "\n") {
		text = append(append(append(text, "data: "...), line...), '\n')
	}
	return e.r.SendChunk(append(text, '\n'))
}

// Comment sends a line that clients ignore, which keeps the connection in use.
func (e *EventStream) Comment(text string) error {
	if strings.ContainsAny(text, "\r\n") {
		return fmt.Errorf("send a comment: a line end in it: %w", ErrInvalid)
	}
	return e.r.SendChunk([]byte(": " + text + "\n\n"))
}

func appendEventLine(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return append(append(append(b, name...), value...), '\n')
}
