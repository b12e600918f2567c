package server

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// EventID says what has happened; the numbers are those of esp_http_server_event_id_t.
type EventID uint8

// The events, with what an Event of each carries besides the session.
const (
	EventError        EventID = iota // an error response; N is its status
	EventStart                       // the server serves; no session
	EventConnected                   // a session begins
	EventHeader                      // a request's head is received
	EventHeadersSent                 // a response's head is written
	EventData                        // content is received; N bytes
	EventSentData                    // content is written; N bytes
	EventDisconnected                // a session has ended
	EventStop                        // the server is stopped; no session, and the last event
)

var eventNames = [...]string{"error", "start", "connected", "header", "headers sent", "data", "sent data", "disconnected", "stop"}

// String returns the event's name.
func (id EventID) String() string {
	if int(id) < len(eventNames) {
		return eventNames[id]
	}
	return fmt.Sprintf("event %d", uint8(id))
}

// An Event is something that happened to a server.
type Event struct {
	ID      EventID
	Session *Session
	N       int
}

// A Subscription receives a server's events, those of a session in the order in which they happened.
type Subscription struct {
	// C delivers the events. It is closed by Close and after EventStop.
	C       <-chan Event
	c       chan Event
	server  *Server
	dropped atomic.Uint64
}

// Subscribe returns the events from now on, of which size [at least 1] may wait to be received. The server does not
// wait for a slow subscriber: events that find no room are counted and dropped. Without subscribers events cost nothing.
func (s *Server) Subscribe(size int) *Subscription {
	c := make(chan Event, max(size, 1))
	sub := &Subscription{C: c, c: c, server: s}
	s.events.Lock()
	defer s.events.Unlock()
	list := []*Subscription{sub}
	if old := s.subscribers.Load(); old != nil {
		list = append(list, *old...)
	}
	s.subscribers.Store(&list)
	return sub
}

// Dropped returns how many events found no room.
func (sub *Subscription) Dropped() uint64 { return sub.dropped.Load() }

// Close ends the subscription.
func (sub *Subscription) Close() {
	s := sub.server
	s.events.Lock()
	defer s.events.Unlock()
	old := s.subscribers.Load()
	if old == nil || !slices.Contains(*old, sub) {
		return
	}
	list := slices.DeleteFunc(slices.Clone(*old), func(other *Subscription) bool { return other == sub })
	if len(list) == 0 {
		s.subscribers.Store(nil)
	} else {
		s.subscribers.Store(&list)
	}
	close(sub.c)
}

// emit tells the subscribers; the lock gives all of them the same order.
func (s *Server) emit(e Event) {
	if s.subscribers.Load() == nil {
		return
	}
	s.events.Lock()
	defer s.events.Unlock()
	list := s.subscribers.Load()
	if list == nil {
		return
	}
	for _, sub := range *list {
		select {
		case sub.c <- e:
		default:
			sub.dropped.Add(1)
		}
	}
}

// closeSubscriptions ends all of them, after the last event.
func (s *Server) closeSubscriptions() {
	if list := s.subscribers.Load(); list != nil {
		for _, sub := range *list {
			sub.Close()
		}
	}
}

// emit tells the subscribers what happened to the request's session.
func (r *Request) emit(id EventID, n int) {
	if r.listened {
		r.server.emit(Event{id, r.session, n})
	}
}

// announce tells of a head and of the content that came with it.
func (r *Request) announce() {
	r.emit(EventHeader, 0)
	if r.read > 0 {
		r.emit(EventData, int(r.read))
	}
}
