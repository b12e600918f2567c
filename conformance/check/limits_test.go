package check

import (
	"context"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"
)

// chip answers like a server with small buffers: 414 for a target over 300 octets, 431 for a field over 500.
func chip(w http.ResponseWriter, r *http.Request) {
	switch {
	case len(r.RequestURI) > 300:
		w.WriteHeader(http.StatusRequestURITooLong)
	case len(r.Header.Get("X")) > 500:
		w.WriteHeader(http.StatusRequestHeaderFieldsTooLarge)
	default:
		_, _ = io.WriteString(w, "hello")
	}
}

// On a chip limits that nobody declares are found to the octet; what is declared is believed, and on any other server
// nobody looks.
func TestLimitsAreFound(t *testing.T) {
	url := page(t, chip)
	chipConfig := Config{URL: url}.MCU()
	target, err := Open(context.Background(), chipConfig)
	require.NoError(t, err)
	require.Equal(t, 300, target.MaxURI)
	base, err := target.expand(Get, "", "")
	require.NoError(t, err)
	require.Equal(t, len(base)+len("X: \r\n")+500, target.MaxHead)

	chipConfig.MaxURI, chipConfig.MaxHead = 200, 400
	target, err = Open(context.Background(), chipConfig)
	require.NoError(t, err)
	require.Equal(t, 200, target.MaxURI)
	require.Equal(t, 400, target.MaxHead)

	target, err = Open(context.Background(), Config{URL: url})
	require.NoError(t, err)
	require.Zero(t, target.MaxURI)

	target, err = Open(context.Background(), Config{URL: page(t, hello)}.MCU())
	require.NoError(t, err)
	require.Zero(t, target.MaxURI, "there is no limit to keep within")
}

// A board that declares few sockets is treated as a chip unasked.
func TestFewSocketsMakeAChip(t *testing.T) {
	for sockets, want := range map[string]int{"7": 3, "65536": 0} {
		url := page(t, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"max_open_sockets":`+sockets+`,"max_uri_len":512,"max_req_hdr_len":1024}`)
		})
		target, err := Open(context.Background(), Config{URL: url})
		require.NoError(t, err)
		require.Equal(t, want, target.Sockets, sockets)
		require.Equal(t, 512, target.MaxURI)
		require.Equal(t, 1024, target.MaxHead)
	}
}
