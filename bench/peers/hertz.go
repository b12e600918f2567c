package main

import (
	"context"
	"io"
	"strconv"

	"github.com/cloudwego/hertz/pkg/app"
	"github.com/cloudwego/hertz/pkg/app/server"
	"github.com/cloudwego/hertz/pkg/common/hlog"
)

func serveHertz(_ context.Context, addr string) error {
	hlog.SetOutput(io.Discard)
	h := server.New(server.WithHostPorts(addr), server.WithDisablePrintRoute(true))
	hello, million := []byte(helloWorld), alphabet(1<<20)
	h.GET("/plaintext", func(_ context.Context, c *app.RequestContext) {
		c.Data(200, "text/plain", hello)
	})
	h.POST("/echo", func(_ context.Context, c *app.RequestContext) {
		c.Data(200, "application/octet-stream", c.Request.Body())
	})
	h.GET("/bytes", func(_ context.Context, c *app.RequestContext) {
		n, err := strconv.Atoi(c.Query("n"))
		if err != nil || n < 0 || n > len(million) {
			c.String(400, "n must be 0 to 1048576")
			return
		}
		c.Data(200, "application/octet-stream", million[:n])
	})
	return h.Run()
}
