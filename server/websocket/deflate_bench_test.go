package websocket

import (
	"bytes"
	"compress/flate"
	"io"
	"testing"
)

func BenchmarkDeflate(b *testing.B) {
	all := samples()
	for _, c := range []struct {
		name string
		text []byte
	}{{"json", all["json"]}, {"words1k", all["words"][:1000]}, {"words4k", all["words"][:4096]}, {"words64k", all["words"][:65536]}, {"random4k", all["random"][:4096]}} {
		b.Run("ours/"+c.name, func(b *testing.B) {
			z := Deflater{NoTakeover: true}
			var out []byte
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				out = z.Deflate(out[:0], c.text)
			}
			b.ReportMetric(float64(len(out))/float64(len(c.text)), "ratio")
		})
		b.Run("standard/"+c.name, func(b *testing.B) {
			var out bytes.Buffer
			w, _ := flate.NewWriter(&out, flate.BestSpeed)
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				out.Reset()
				w.Reset(&out)
				_, _ = w.Write(c.text)
				_ = w.Flush()
			}
			b.ReportMetric(float64(out.Len())/float64(len(c.text)), "ratio")
		})
	}
}

func BenchmarkInflate(b *testing.B) {
	all := samples()
	for _, c := range []struct {
		name string
		text []byte
	}{{"json", all["json"]}, {"words1k", all["words"][:1000]}, {"words4k", all["words"][:4096]}, {"words64k", all["words"][:65536]}} {
		z := Deflater{NoTakeover: true}
		payload := z.Deflate(nil, c.text)
		b.Run("ours/"+c.name, func(b *testing.B) {
			i := Inflater{NoTakeover: true}
			var out []byte
			b.SetBytes(int64(len(c.text)))
			b.ReportAllocs()
			for b.Loop() {
				out, _ = i.Inflate(out[:0], payload, 1<<20)
			}
		})
		b.Run("standard/"+c.name, func(b *testing.B) {
			in := append(append([]byte{}, payload...), 0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff)
			r := flate.NewReader(bytes.NewReader(in))
			out := make([]byte, len(c.text)+1)
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				_ = r.(flate.Resetter).Reset(bytes.NewReader(in), nil)
				_, _ = io.ReadFull(r, out)
			}
		})
	}
}
