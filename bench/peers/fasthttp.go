package main

import (
	"context"

	"github.com/valyala/fasthttp"
)

func serveFasthttp(_ context.Context, addr string) error {
	hello, million := []byte(helloWorld), alphabet(1<<20)
	return fasthttp.ListenAndServe(addr, func(c *fasthttp.RequestCtx) {
		switch string(c.Path()) {
		case "/plaintext":
			c.SetContentType("text/plain")
			c.Response.SetBodyRaw(hello)
		case "/echo":
			c.SetContentType("application/octet-stream")
			c.Response.SetBodyRaw(c.PostBody())
		case "/bytes":
			n, err := c.QueryArgs().GetUint("n")
			if err != nil || n > len(million) {
				c.Error("n must be 0 to 1048576", fasthttp.StatusBadRequest)
				return
			}
			c.SetContentType("application/octet-stream")
			c.Response.SetBodyRaw(million[:n])
		default:
			c.NotFound()
		}
	})
}
