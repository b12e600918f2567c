package main

import (
	"bufio"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsflate"
	"github.com/gobwas/ws/wsutil"
)

// serveGobwas echoes with gobwas/ws: buffered on both sides, and what was
// written goes out when no more is there to be read.
func serveGobwas(_ context.Context, addr string) error {
	return serveSockets(addr, func(w http.ResponseWriter, r *http.Request) {
		e := wsflate.Extension{Parameters: wsflate.DefaultParameters}
		u := ws.HTTPUpgrader{Protocol: func(name string) bool { return name == "echo" }, Negotiate: e.Negotiate}
		conn, buffers, _, err := u.Upgrade(r, w)
		if err != nil {
			return // Upgrade has answered
		}
		defer conn.Close()
		_, deflated := e.Accepted()
		g := newGobwas(buffers, deflated)
		for err == nil {
			if g.in.Buffered() == 0 {
				err = g.out.Flush()
			}
			if err == nil {
				err = g.echo()
			}
		}
		g.fail(conn, err)
	})
}

// gobwas is one connection of a gobwas/ws server.
type gobwas struct {
	in      *bufio.Reader
	out     *bufio.Writer
	reader  wsutil.Reader
	deflate wsflate.MessageState
	text    *wsflate.Reader
	packed  *wsflate.Writer
	room    [2]bytes.Buffer // the message, and what it is compressed
}

func newGobwas(b *bufio.ReadWriter, deflated bool) *gobwas {
	g := &gobwas{in: b.Reader, out: b.Writer}
	control := wsutil.ControlFrameHandler(b.Writer, ws.StateServerSide)
	g.reader = wsutil.Reader{Source: b.Reader, State: ws.StateServerSide, CheckUTF8: !deflated, MaxMessageSize: maxMessage, OnIntermediate: control}
	if deflated {
		g.reader.State |= ws.StateExtended
		g.reader.Extensions = []wsutil.RecvExtension{&g.deflate}
		g.text = wsflate.NewReader(nil, func(r io.Reader) wsflate.Decompressor { return flate.NewReader(r) })
		g.packed = wsflate.NewWriter(nil, func(w io.Writer) wsflate.Compressor {
			f, _ := flate.NewWriter(w, flate.BestSpeed) // fails for wrong levels only
			return f
		})
	}
	return g
}

// echo sends one message back, or does what a control frame asks for.
func (g *gobwas) echo() error {
	h, err := g.reader.NextFrame()
	if err != nil {
		return err
	}
	if h.OpCode.IsControl() {
		return wsutil.ControlFrameHandler(g.out, ws.StateServerSide)(h, &g.reader)
	}
	compressed := g.text != nil && g.deflate.IsCompressed()
	g.room[0].Reset()
	if compressed {
		g.text.Reset(&g.reader)
		_, err = g.room[0].ReadFrom(g.text)
	} else {
		_, err = g.room[0].ReadFrom(&g.reader)
	}
	if err != nil {
		return err
	}
	if g.packed != nil && g.room[0].Len() >= minDeflate {
		return g.writeCompressed(h.OpCode)
	}
	return g.write(ws.Header{Fin: true, OpCode: h.OpCode}, g.room[0].Bytes())
}

func (g *gobwas) writeCompressed(kind ws.OpCode) error {
	g.room[1].Reset()
	g.packed.Reset(&g.room[1])
	if _, err := g.packed.Write(g.room[0].Bytes()); err != nil {
		return err
	}
	if err := g.packed.Close(); err != nil {
		return err
	}
	h, err := wsflate.SetBit(ws.Header{Fin: true, OpCode: kind})
	if err != nil {
		return err
	}
	return g.write(h, g.room[1].Bytes())
}

func (g *gobwas) write(h ws.Header, payload []byte) error {
	h.Length = int64(len(payload))
	if err := ws.WriteHeader(g.out, h); err != nil {
		return err
	}
	_, err := g.out.Write(payload)
	return err
}

// fail says why the connection ends, and lets the peer read that.
func (g *gobwas) fail(conn net.Conn, err error) {
	code := ws.StatusCode(0)
	if _, wrong := err.(ws.ProtocolError); wrong {
		code = ws.StatusProtocolError
	}
	switch {
	case errors.Is(err, wsutil.ErrInvalidUTF8):
		code = ws.StatusInvalidFramePayloadData
	case errors.Is(err, wsutil.ErrMessageTooLarge):
		code = ws.StatusMessageTooBig
	}
	if code != 0 {
		ws.WriteFrame(g.out, ws.NewCloseFrame(ws.NewCloseFrameBody(code, "")))
	}
	if g.out.Flush() != nil {
		return
	}
	if c, ok := conn.(*net.TCPConn); ok && c.CloseWrite() == nil {
		c.SetReadDeadline(time.Now().Add(500 * time.Millisecond))
		io.Copy(io.Discard, c)
	}
}
