package server

import (
	"context"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/server/websocket"
)

// script talks to the page's own server and tells what came back: the subprotocol and the extensions, the sizes of the
// echoes, and how the connection was closed.
const script = `new Promise((resolve, reject) => {
	const socket = new WebSocket("ws://" + location.host + "/ws", ["chat", "echo"]);
	const sizes = [0, 1, 125, 126, 65535, 65536, 200000], back = [];
	socket.binaryType = "arraybuffer";
	socket.onopen = () => {
		for (const n of sizes) socket.send("ä€😀x".repeat(n / 5));
		for (const n of sizes) socket.send(new Uint8Array(n).fill(7));
	};
	socket.onmessage = e => {
		back.push(typeof e.data == "string" ? e.data.length : e.data.byteLength);
		if (back.length == 2 * sizes.length) socket.close(4321, "done");
	};
	socket.onerror = () => reject("error after " + back);
	socket.onclose = e => resolve([socket.protocol, socket.extensions, back.join(" "), e.wasClean, e.code].join("; "));
})`

// Chromium's own WebSocket talks to both engines.
func TestWebSocketChromium(t *testing.T) {
	if racing || testing.Short() {
		t.Skip("a browser takes its time")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("the WebSocket server is tested with a browser that is not here: apt-get install chromium")
	}
	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()))
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	ctx, cancel = chromedp.NewExecAllocator(ctx, flags...)
	defer cancel()
	ctx, cancel = chromedp.NewContext(ctx)
	defer cancel()
	engines(t, func(t *testing.T, cfg Config) {
		s := start(t, cfg, get("/", says("<title>a page</title>")),
			endpoint(WebSocket{Handler: wsEcho, Subprotocols: []string{"echo"}, Deflate: &websocket.Deflate{}}))
		require.NoError(t, chromedp.Do(ctx, chromedp.Navigate("http://"+s.Addr().String()+"/")))
		told, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
		require.NoError(t, err)
		require.Equal(t, "echo; permessage-deflate; 0 0 125 125 65535 65535 200000 0 1 125 126 65535 65536 200000; true; 4321", told)
	})
}
