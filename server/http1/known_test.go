package http1

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// commonNames are what clients and servers send most.
var commonNames = strings.Fields(`Accept Accept-Charset Accept-Encoding Accept-Language Accept-Ranges
	Access-Control-Request-Headers Access-Control-Request-Method Age Allow Alt-Svc Authorization Cache-Control
	Content-Disposition Content-Encoding Content-Language Content-Range Content-Type Cookie Date DNT DPR ETag Expires
	Forwarded From If-Match If-Modified-Since If-None-Match If-Range If-Unmodified-Since Keep-Alive Last-Modified Link
	Location Max-Forwards Origin Pragma Priority Proxy-Authorization Proxy-Connection Range Referer Retry-After Save-Data
	Sec-CH-UA Sec-CH-UA-Mobile Sec-CH-UA-Platform Sec-Fetch-Dest Sec-Fetch-Mode Sec-Fetch-Site Sec-Fetch-User Sec-GPC
	Sec-Purpose Server Set-Cookie Strict-Transport-Security TE Traceparent Tracestate Trailer Upgrade-Insecure-Requests
	User-Agent Vary Via X-Api-Key X-Content-Type-Options X-Csrf-Token X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto
	X-Frame-Options X-Real-IP X-Request-Id X-Requested-With`)

// Each known name has a key of its own, however it is spelled, and no common
// name has one of those: it would make the scanned head a rare one.
func TestKeys(t *testing.T) {
	for k := FieldHost; k < knownFields; k++ {
		for _, name := range []string{k.String(), strings.ToUpper(k.String())} {
			require.Equal(t, k, knownSlots[nameKey(name[0], len(name))], name)
			require.Equal(t, k, knownOf([]byte(name), Span{0, uint16(len(name))}), name)
		}
	}
	for _, common := range commonNames {
		for _, name := range []string{common, strings.ToLower(common), strings.ToUpper(common)} {
			require.Equal(t, unknown, knownSlots[nameKey(name[0], len(name))], name)
		}
	}
}
