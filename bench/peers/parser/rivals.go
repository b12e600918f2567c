package main

import (
	"bufio"
	"bytes"
	"net/http"

	"github.com/valyala/fasthttp"
)

// inGo reads each head from a buffered reader, as its server would, with a
// function that leaves the rest of the input in there.
func inGo(name string, read func(*bufio.Reader) error) parser {
	source, in := bytes.NewReader(nil), bufio.NewReaderSize(nil, 4096)
	return parser{name, func(heads input, n int) (taken int) {
		for range n {
			taken = 0
			for _, b := range heads.heads {
				source.Reset(b)
				in.Reset(source)
				if read(in) == nil {
					taken += len(b) - in.Buffered() - source.Len()
				}
			}
		}
		return taken
	}}
}

func netHTTP() parser {
	return inGo("net/http", func(in *bufio.Reader) error {
		_, err := http.ReadRequest(in)
		return err
	})
}

func fastHTTP() parser {
	var header fasthttp.RequestHeader
	return inGo("fasthttp", header.Read)
}
