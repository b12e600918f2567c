package server

import (
	"errors"

	"github.com/httpdlab/httpdlab/server/http1"
	"github.com/httpdlab/httpdlab/server/websocket"
)

// upgrade is the handler of a URI with WebSocket: it answers the opening handshake (RFC 6455, 4.2).
func upgrade(r *Request) error {
	if !r.head.Upgrade && !r.head.Has(http1.FieldWebSocketKey) && r.route.plain != nil {
		return r.route.plain(r)
	}
	w := r.route.WebSocket
	h := websocket.Handshake{Protocols: w.Subprotocols, Deflate: w.Deflate}
	if w.Origin != nil {
		h.Origin = func(origin []byte) bool { return w.Origin(r, origin) }
	}
	for _, f := range r.head.Fields {
		h.Field(f.Name.Of(r.buf), f.Value.Of(r.buf))
	}
	if err := h.Check(r.head.Method == http1.GET, r.head.Minor); err != 0 {
		return r.refuseHandshake(err)
	}
	// RFC 9112, 6.3: content would be taken for frames, or frames for content.
	if r.head.ContentLength > 0 || r.head.Chunked {
		r.closing = true
		return r.SendError(400, "a handshake has no content")
	}
	if w.PreHandshake != nil {
		if err := w.PreHandshake(r); err != nil || r.stage != stageHead {
			return err
		}
	}
	return r.accept(&h)
}

// refuseHandshake answers a handshake that is wrong.
func (r *Request) refuseHandshake(e websocket.Error) error {
	var err error
	switch e.Status() {
	case 405:
		err = r.SetField("Allow", "GET") // RFC 9110, 15.5.6
	case 426:
		// RFC 9110, 15.5.22 and 7.8, and RFC 6455, 4.4
		err = errors.Join(r.SetField("Upgrade", "websocket"), r.SetField("Connection", "Upgrade"), r.SetField("Sec-WebSocket-Version", websocket.Version))
	}
	if err != nil {
		return err
	}
	return r.SendError(e.Status(), "WebSocket: "+e.Error())
}

// accept sends 101 and makes the session a socket.
func (r *Request) accept(h *websocket.Handshake) error {
	c := newSocket(r, h)
	// RFC 9110, 15.2: an interim response has no content. Fields that PreHandshake set go with it.
	r.out = h.AppendResponse(roomFor(r.out, 512+len(r.fields)))
	r.out = http1.AppendEnd(append(r.out, r.fields...))
	r.stage = stageDone
	if !r.inline { // as soon as there is a socket, others may send on it
		if err := r.flush(nil); err != nil {
			return err
		}
	}
	r.session.socket.Store(c)
	r.emit(EventHeadersSent, 0)
	if open := r.route.WebSocket.PostHandshake; open != nil {
		if err := open(c); err != nil {
			c.Close(codeOf(err))
		}
	}
	return nil
}
