package load

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

func isSecure(u *url.URL) bool { return u.Scheme == "wss" || u.Scheme == "https" }

// addressOf is where to connect to: what is given, or what the URL says.
func addressOf(u *url.URL, given string) string {
	if given != "" {
		return given
	}
	port := u.Port()
	switch {
	case port != "":
	case isSecure(u):
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// secured is the configuration for a URL, nil if it needs no TLS. What is given
// need not name the server.
func secured(u *url.URL, given *tls.Config) *tls.Config {
	switch {
	case !isSecure(u):
		return nil
	case given == nil:
		given = &tls.Config{}
	case given.ServerName != "":
		return given
	}
	c := given.Clone()
	c.ServerName, c.NextProtos = u.Hostname(), []string{"http/1.1"}
	return c
}

// connect dials a server, with TLS if there is a configuration for it, and counts how long that took.
func connect(ctx context.Context, address string, secure *tls.Config, links linkCounts) (net.Conn, *measure.Failure) {
	var d net.Dialer
	began := time.Now()
	c, err := d.DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, &measure.Failure{Stage: measure.Connect, Err: err}
	}
	links.opened(time.Since(began))
	if secure == nil {
		return c, nil
	}
	began = time.Now()
	secured := tls.Client(c, secure)
	if err := secured.HandshakeContext(ctx); err != nil {
		c.Close()
		return nil, &measure.Failure{Stage: measure.TLS, Err: err}
	}
	links.secured(time.Since(began))
	return secured, nil
}
