package main

import (
	"context"
	"net/http"

	"github.com/lxzan/gws"
)

// gwsEcho answers the events of a gws connection.
type gwsEcho struct{ gws.BuiltinEventHandler }

func (gwsEcho) OnPing(c *gws.Conn, payload []byte) { c.WritePong(payload) }

func (gwsEcho) OnMessage(c *gws.Conn, m *gws.Message) {
	defer m.Close()
	c.WriteMessage(m.Opcode, m.Bytes())
}

// serveGws echoes with lxzan/gws.
func serveGws(_ context.Context, addr string) error {
	upgrader := gws.NewUpgrader(gwsEcho{}, &gws.ServerOption{
		SubProtocols:       []string{"echo"},
		CheckUtf8Enabled:   true,
		ReadMaxPayloadSize: maxMessage,
		PermessageDeflate: gws.PermessageDeflate{
			Enabled: true, Threshold: minDeflate, ServerContextTakeover: true, ClientContextTakeover: true,
		},
	})
	return serveSockets(addr, func(w http.ResponseWriter, r *http.Request) {
		c, err := upgrader.Upgrade(w, r)
		if err != nil {
			return // Upgrade has answered
		}
		c.ReadLoop()
	})
}
