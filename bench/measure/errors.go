package measure

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"os"
	"strconv"
	"syscall"
)

// Stage is how far a request had come when it failed.
type Stage string

const (
	DNS     Stage = "dns"
	Connect Stage = "connect"
	TLS     Stage = "tls"
	Write   Stage = "write"
	TTFB    Stage = "ttfb" // until the head of the response was read
	Body    Stage = "body"
)

// ErrUnfinished marks a request that had no whole answer when its phase was over.
var ErrUnfinished = errors.New("no answer before the end of the phase")

// Failure is a request that brought no whole response.
type Failure struct {
	Stage Stage
	Err   error
}

func (f *Failure) Error() string { return string(f.Stage) + ": " + f.Err.Error() }

func (f *Failure) Unwrap() error { return f.Err }

// Key names the kind of failure as "stage/cause", the same for every address
// and port, so that equal failures can be counted together.
//
// Causes are refused, reset, timeout, eof (closed without an answer), truncated
// (closed in the middle of one), unreachable, no-such-host, lookup, protocol,
// certificate, alert, not-tls, no-local-port, no-descriptor, denied, unfinished,
// canceled, closed and other.
func (f *Failure) Key() string {
	stage := f.Stage
	if dns := (*net.DNSError)(nil); errors.As(f.Err, &dns) {
		stage = DNS // dialing a name looks it up first
	}
	return string(stage) + "/" + f.cause()
}

// StatusKey names a whole response whose status says that the request failed,
// "status/503"; it is "" for a status below 400.
func StatusKey(status int) string {
	if status < 400 {
		return ""
	}
	return "status/" + strconv.Itoa(status)
}

// errnoCauses are the answers of the network stack, ours and the peer's.
var errnoCauses = map[syscall.Errno]string{
	syscall.ECONNREFUSED:  "refused",
	syscall.ECONNRESET:    "reset",
	syscall.EPIPE:         "reset", // written after the peer's reset was seen
	syscall.ECONNABORTED:  "reset",
	syscall.ETIMEDOUT:     "timeout",
	syscall.ENETUNREACH:   "unreachable",
	syscall.EHOSTUNREACH:  "unreachable",
	syscall.ENETDOWN:      "unreachable",
	syscall.EHOSTDOWN:     "unreachable",
	syscall.EADDRNOTAVAIL: "no-local-port",
	syscall.EMFILE:        "no-descriptor",
	syscall.ENFILE:        "no-descriptor",
	syscall.EACCES:        "denied",
	syscall.EPERM:         "denied",
}

func (f *Failure) cause() string {
	err := f.Err
	if errors.Is(err, ErrUnfinished) {
		return "unfinished"
	}
	if c := dnsCause(err); c != "" {
		return c
	}
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		if c, ok := errnoCauses[errno]; ok {
			return c
		}
	}
	if c := tlsCause(err); c != "" {
		return c
	}
	timeout := net.Error(nil)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded),
		errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "truncated"
	case errors.Is(err, io.EOF):
		return "eof"
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.Is(err, net.ErrClosed):
		return "closed"
	}
	// The network is fine with what arrived, so its reader is not.
	if op := (*net.OpError)(nil); !errors.As(err, &op) && (f.Stage == TTFB || f.Stage == Body) {
		return "protocol"
	}
	return "other"
}

func dnsCause(err error) string {
	dns := (*net.DNSError)(nil)
	switch {
	case !errors.As(err, &dns):
		return ""
	case dns.IsNotFound:
		return "no-such-host"
	case dns.IsTimeout:
		return "timeout"
	}
	return "lookup"
}

func tlsCause(err error) string {
	var (
		verification *tls.CertificateVerificationError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
		record       tls.RecordHeaderError
		alert        tls.AlertError
	)
	switch {
	case errors.As(err, &verification), errors.As(err, &authority),
		errors.As(err, &hostname), errors.As(err, &invalid):
		return "certificate"
	case errors.As(err, &record):
		return "not-tls"
	case errors.As(err, &alert):
		return "alert"
	}
	return ""
}

// BeforeRequest reports whether the request was never sent, because there was
// no connection.
func (f *Failure) BeforeRequest() bool {
	return f.Stage == DNS || f.Stage == Connect || f.Stage == TLS
}
