package server

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// strided starts a server of one loop, and peers that it knows already.
func strided(t *testing.T, peers int, uris ...URI) (*Server, []*peer) {
	cfg := DefaultConfig()
	cfg.Addr, cfg.Engine, cfg.Loops = "127.0.0.1:0", EngineEpoll, 1
	s := start(t, cfg, append(uris, get("/", says("known")))...)
	list := make([]*peer, peers)
	for i := range list {
		list[i] = dial(t, s)
		list[i].send(plainGet)
		list[i].wantStatus("a first request", 200)
	}
	return s, list
}

// together sends all texts while the loop is kept from looking, so that it finds them all at once.
func together(t *testing.T, s *Server, peers []*peer, text func(i int) string) {
	t.Helper()
	held, release := make(chan bool), make(chan bool)
	require.NoError(t, s.QueueWork(func() { close(held); <-release }))
	<-held
	for i, p := range peers {
		p.send(text(i))
	}
	close(release)
}

// However many sessions are served together, each gets its own replies, in order.
func TestTogetherEachGetsItsReplies(t *testing.T) {
	s, peers := strided(t, 3*strideLength+5,
		post("/echo", echo),
		get("/long", func(r *Request) error { return r.Send([]byte(strings.Repeat("l", 1+strideReply))) }),
		get("/fail", func(*Request) error { return ErrClose }),
		get("/aside", func(r *Request) error {
			if err := r.Block(); err != nil {
				return err
			}
			return r.Send(r.Field("X-Number"))
		}),
	)
	together(t, s, peers, func(i int) string { return shareOf(i).sent })
	for i, p := range peers {
		reason, talk := fmt.Sprintf("session %d", i), shareOf(i)
		if talk.later != "" {
			p.send(talk.later)
		}
		for _, want := range talk.wants {
			_, body := p.wantStatus(reason, 200)
			require.Equal(t, want, body, reason)
		}
		if talk.closed {
			p.wantClosed(reason)
		}
	}
}

// A share is what a peer sends, at once and later, and what it is to get.
type share struct {
	sent, later string
	wants       []string
	closed      bool
}

// shareOf returns that of peer i, of one of seven kinds.
func shareOf(i int) share {
	own := fmt.Sprintf("%4d", i)
	echo := "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n" + own
	get := func(path, field string) string { return "GET " + path + " HTTP/1.1\r\nHost: h\r\n" + field + "\r\n" }
	switch i % 7 {
	case 1:
		return share{sent: echo + get("/long", "") + echo, wants: []string{own, strings.Repeat("l", 1+strideReply), own}}
	case 2:
		return share{sent: get("/aside", "X-Number: "+own+"\r\n") + echo, wants: []string{strings.TrimSpace(own), own}}
	case 3:
		return share{sent: echo + get("/fail", ""), wants: []string{own}, closed: true}
	case 4:
		return share{sent: echo + plainGet[:20], later: plainGet[20:], wants: []string{own, "known"}}
	case 5:
		long := strings.Repeat("b", 2*strideBytes)
		return share{sent: fmt.Sprintf("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n%s", len(long), long), wants: []string{long}}
	case 6:
		return share{sent: get("/", "Connection: close\r\n"), wants: []string{"known"}, closed: true}
	}
	return share{sent: echo, wants: []string{own}}
}

// A handler that blocks gives the loop away with everything that was received from others, and with their replies.
func TestTogetherWithHandlersThatBlock(t *testing.T) {
	for blocking := range 4 {
		release := make(chan bool)
		s, peers := strided(t, 4, get("/wait", func(r *Request) error {
			if err := r.Block(); err != nil {
				return err
			}
			<-release
			return r.SendString("waited")
		}))
		together(t, s, peers, func(i int) string {
			if i == blocking {
				return strings.Replace(plainGet, "/", "/wait", 1)
			}
			return plainGet + plainGet
		})
		for i, p := range peers {
			if i != blocking {
				p.wantStatus("beside a handler that blocks", 200)
				p.wantStatus("beside a handler that blocks", 200)
			}
		}
		close(release)
		_, body := peers[blocking].wantStatus("the handler that blocked", 200)
		require.Equal(t, "waited", body)
	}
}

// Once handlers have been seen to be slow, replies do not wait for them any more.
func TestTogetherWithSlowHandlers(t *testing.T) {
	replied := make(chan bool)
	s, peers := strided(t, 2,
		get("/slow", func(r *Request) error {
			time.Sleep(10 * strideTime) // it takes that long
			return r.SendString("slow")
		}),
		get("/last", func(r *Request) error {
			select {
			case <-replied:
				return r.SendString("replied")
			case <-time.After(5 * time.Second):
				return r.SendString("not replied")
			}
		}))
	together(t, s, peers, func(i int) string { return strings.Replace(plainGet, "/", []string{"/", "/slow"}[i], 1) })
	for _, p := range peers {
		p.wantStatus("a first time", 200)
	}
	together(t, s, peers, func(i int) string { return strings.Replace(plainGet, "/", []string{"/", "/last"}[i], 1) })
	peers[0].wantStatus("before a slow handler", 200)
	close(replied)
	_, body := peers[1].wantStatus("the slow handler", 200)
	require.Equal(t, "replied", body)
}

// A peer that does not read has its requests wait, whatever Config.MaxPending is, and the loop serves the others.
func TestRepliesWaitForTheirReader(t *testing.T) {
	cfg := DefaultConfig()
	cfg.Addr, cfg.Engine, cfg.Loops, cfg.MaxPending = "127.0.0.1:0", EngineEpoll, 1, 1024
	piece := strings.Repeat("p", 3000)
	s := start(t, cfg, get("/", says("known")), get("/piece", says(piece)))
	p := dial(t, s)
	request := "GET /piece HTTP/1.1\r\nHost: h\r\nX-Padding: " + strings.Repeat("x", 4000) + "\r\n\r\n" // few replies at once
	const requests = 5000
	sent := make(chan error, 1)
	go func() {
		_, err := p.Write([]byte(strings.Repeat(request, requests)))
		sent <- err
	}()
	for range 100 {
		other := dial(t, s)
		other.send(plainGet)
		other.wantStatus("beside a peer that does not read", 200)
	}
	for range requests {
		_, body := p.wantStatus("read at last", 200)
		require.Equal(t, piece, body)
	}
	require.NoError(t, <-sent)
}
