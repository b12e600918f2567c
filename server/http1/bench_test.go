package http1

import "testing"

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
