package conformance

import (
	"bytes"
	"context"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/check"
	"github.com/httpdlab/httpdlab/conformance/mutant/echoing"
)

// People who know Autobahn find their way by its numbers.
func TestSelectionByAutobahnNumber(t *testing.T) {
	for selector, want := range map[string]string{
		"autobahn/7.9.3":  "rfc6455/7.4.2/code-1004",
		"autobahn/6.23.7": "rfc6455/8.1/valid-efbfbf",
		"AUTOBAHN/1.1.8":  "rfc6455/5.2/text-of-65536-octets-in-pieces",
	} {
		cases, err := Cases(selector)
		require.NoError(t, err)
		require.Len(t, cases, 1, selector)
		require.Equal(t, want, cases[0].ID())
	}
}

// A target that does not send messages back is told with all that was tried; where WebSocket is one suite of many, it is skipped.
func TestTargetThatDoesNotEcho(t *testing.T) {
	page := httptest.NewServer(goHandler())
	defer page.Close()
	_, err := Run(context.Background(), Options{Targets: []string{page.URL}, Select: []string{"rfc6455"}})
	require.ErrorContains(t, err, "rfc6455 needs a WebSocket that sends messages back")
	require.ErrorContains(t, err, "GET /ws: HTTP/1.1 404 Not Found")
	require.ErrorContains(t, err, "--path")
	require.NotErrorIs(t, err, check.ErrUnreachable)

	odd, err := echoing.Start(echoing.Fault{Echo: func(s string) string { return "?" + s }})
	require.NoError(t, err)
	defer odd.Close()
	_, err = Run(context.Background(), Options{Targets: []string{odd.URL}, Select: []string{"autobahn/1.1.2"}})
	require.ErrorContains(t, err, "a text message on /ws")
}

// Frames stand in hex and in words in every report.
func TestFramesInReports(t *testing.T) {
	s, err := echoing.Start(echoing.Fault{Tolerate: "unmasked"})
	require.NoError(t, err)
	defer s.Close()
	result, err := Run(context.Background(), Options{Targets: []string{s.URL}, Select: []string{"rfc6455/5.1/unmasked-text"}})
	require.NoError(t, err)
	require.Equal(t, 1, result.Exit())
	var page, object bytes.Buffer
	require.NoError(t, WriteHTML(&page, result))
	require.NoError(t, WriteJSON(&object, result))
	require.Contains(t, page.String(), "client: TEXT unmasked, 2 octets hi")
	require.Contains(t, page.String(), "81 02 68 69")
	require.Contains(t, page.String(), "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==")
	require.Contains(t, object.String(), `"hex": "81026869"`)
	require.Contains(t, object.String(), "server: TEXT, 2 octets hi")
}
