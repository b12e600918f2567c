package http1

import (
	"strconv"
	"testing"
)

func BenchmarkRequest(b *testing.B) {
	for _, h := range requests(b) {
		if h.name != "plaintext" && h.name != "browser" && h.name != "websocket" && h.name != "post" {
			continue
		}
		for _, scanner := range Scanners() {
			b.Run(h.name+"/"+scanner, func(b *testing.B) {
				defer UseScanner(Scanners()[0])
				UseScanner(scanner)
				r, bytes := newRequest(), []byte(h.bytes)
				b.SetBytes(int64(len(bytes)))
				b.ReportAllocs()
				for b.Loop() {
					if n, _ := r.Parse(bytes); n == 0 {
						b.Fatal(h.name)
					}
				}
			})
		}
	}
}

func BenchmarkResponse(b *testing.B) {
	head := []byte("HTTP/1.1 200 OK\r\nServer: twin\r\nDate: Mon, 23 Nov 2026 04:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\n")
	for _, scanner := range Scanners() {
		b.Run(scanner, func(b *testing.B) {
			defer UseScanner(Scanners()[0])
			UseScanner(scanner)
			r := newResponse()
			b.SetBytes(int64(len(head)))
			b.ReportAllocs()
			for b.Loop() {
				if n, _ := r.Parse(head, GET); n == 0 {
					b.Fatal("refused")
				}
			}
		})
	}
}

// Chunks of one byte, of a line, and of what fits a packet.
func BenchmarkChunked(b *testing.B) {
	for _, size := range []int{1, 64, 1400, 65536} {
		b.Run(strconv.Itoa(size), func(b *testing.B) {
			var body []byte
			for range 65536 / size {
				body = append(AppendChunkHead(body, size), make([]byte, size)...)
				body = append(body, "\r\n"...)
			}
			body = AppendLastChunk(body)
			scratch := make([]byte, len(body))
			var c Chunked
			content := 65536 / size * size
			b.SetBytes(int64(content))
			b.ReportAllocs()
			for b.Loop() {
				c.Reset()
				copy(scratch, body)
				if _, n, _ := c.Decode(scratch); n != content || !c.Done() {
					b.Fatal(n)
				}
			}
		})
	}
}

func BenchmarkWrite(b *testing.B) {
	out := make([]byte, 0, 512)
	b.ReportAllocs()
	for b.Loop() {
		h := AppendStatus(out, 200)
		h, _ = AppendField(h, "Server", "twin")
		h, _ = AppendField(h, "Content-Type", "text/plain")
		h = AppendContentLength(h, 13)
		out = AppendEnd(h)[:0]
	}
}
