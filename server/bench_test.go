package server

import (
	"strings"
	"testing"
	"time"
)

// BenchmarkServe measures everything between receiving and sending: parsing, routing, handler, response.
func BenchmarkServe(b *testing.B) {
	const request = "GET /plaintext HTTP/1.1\r\nHost: server\r\n" +
		"Accept: text/plain,text/html;q=0.9,application/xhtml+xml;q=0.9,application/xml;q=0.8,*/*;q=0.7\r\n" +
		"Connection: keep-alive\r\n\r\n"
	const depth = 16
	s, err := New(DefaultConfig())
	if err != nil {
		b.Fatal(err)
	}
	s.Handle("GET", "/plaintext", func(r *Request) error {
		r.SetType(TypeText)
		return r.Send(helloWorld)
	})
	r := s.takeRequest()
	r.session, r.inline, r.date = &Session{server: s}, true, dateAt(time.Now())
	data := []byte(strings.Repeat(request, depth))
	b.ReportAllocs()
	for n := 0; n < b.N; n += depth {
		r.out = r.out[:0]
		if used, _ := r.serve(data); used != len(data) {
			b.Fatalf("served %d of %d bytes", used, len(data))
		}
	}
}
