package measure

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// dialed is the error of a system call as package net wraps it: with the
// ephemeral port in its text, which must not become part of a key.
func dialed(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: &net.TCPAddr{Port: 53037}, Err: os.NewSyscallError(op, err)}
}

func TestFailureKey(t *testing.T) {
	for _, c := range []struct {
		stage Stage
		err   error
		want  string
	}{
		{Connect, dialed("connect", syscall.ECONNREFUSED), "connect/refused"},
		{Connect, dialed("connect", syscall.ETIMEDOUT), "connect/timeout"},
		{Connect, dialed("connect", syscall.EHOSTUNREACH), "connect/unreachable"},
		{Connect, dialed("connect", syscall.ENETUNREACH), "connect/unreachable"},
		{Connect, dialed("connect", syscall.EADDRNOTAVAIL), "connect/no-local-port"},
		{Connect, dialed("socket", syscall.EMFILE), "connect/no-descriptor"},
		{Connect, dialed("connect", syscall.EACCES), "connect/denied"},
		{Connect, &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, "connect/timeout"},
		{Connect, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, "dns/no-such-host"},
		{Connect, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "i/o timeout", IsTimeout: true}}, "dns/timeout"},
		{Connect, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "server misbehaving"}}, "dns/lookup"},
		{TLS, &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "tls/certificate"},
		{TLS, x509.HostnameError{Certificate: &x509.Certificate{}}, "tls/certificate"},
		{TLS, tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, "tls/not-tls"},
		{TLS, &net.OpError{Op: "remote error", Err: tls.AlertError(40)}, "tls/alert"},
		{TLS, io.EOF, "tls/eof"},
		{Write, dialed("write", syscall.EPIPE), "write/reset"},
		{Write, dialed("write", syscall.ECONNRESET), "write/reset"},
		{TTFB, dialed("read", syscall.ECONNRESET), "ttfb/reset"},
		{TTFB, &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, "ttfb/timeout"},
		{TTFB, context.DeadlineExceeded, "ttfb/timeout"},
		{TTFB, context.Canceled, "ttfb/canceled"},
		{TTFB, net.ErrClosed, "ttfb/closed"},
		{TTFB, io.EOF, "ttfb/eof"},
		{TTFB, io.ErrUnexpectedEOF, "ttfb/truncated"},
		{TTFB, errors.New("malformed HTTP response"), "ttfb/protocol"},
		{TTFB, http.ErrNotSupported, "ttfb/protocol"},
		{TTFB, fmt.Errorf("cut: %w", ErrUnfinished), "ttfb/unfinished"},
		{Body, fmt.Errorf("read: %w", io.ErrUnexpectedEOF), "body/truncated"},
		{Body, errors.New("malformed chunked encoding"), "body/protocol"},
		{Write, errors.New("never seen"), "write/other"},
		{TTFB, dialed("read", syscall.EIO), "ttfb/other"},
	} {
		f := &Failure{Stage: c.stage, Err: c.err}
		require.Equal(t, c.want, f.Key(), "%v", c.err)
		require.ErrorIs(t, f, c.err)
		require.False(t, strings.ContainsAny(f.Key(), "0123456789"), "a key has no address")
	}
}

func TestStatusKey(t *testing.T) {
	for status, want := range map[int]string{200: "", 204: "", 304: "", 399: "", 400: "status/400", 404: "status/404", 503: "status/503"} {
		require.Equal(t, want, StatusKey(status))
	}
}

func TestBeforeRequest(t *testing.T) {
	for stage, want := range map[Stage]bool{DNS: true, Connect: true, TLS: true, Write: false, TTFB: false, Body: false} {
		require.Equal(t, want, (&Failure{Stage: stage, Err: io.EOF}).BeforeRequest())
	}
}
