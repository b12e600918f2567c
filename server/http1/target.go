package http1

// Form is the form of a request-target (RFC 9112, 3.2).
type Form uint8

const (
	OriginForm    Form = iota // /where?q=now
	AbsoluteForm              // http://www.example.org/where?q=now
	AuthorityForm             // www.example.org:80, for CONNECT only
	AsteriskForm              // *, for OPTIONS only
)

// parseTarget takes the request-target of r apart.
func (r *Request) parseTarget(b []byte) Error {
	t := r.Target.Of(b)
	r.Path, r.Query, r.Host = Span{}, Span{}, Span{}
	switch {
	case r.Method == CONNECT: // RFC 9112, 3.2.3
		r.Form, r.Host = AuthorityForm, r.Target
		if !validHost(t, true) {
			return ErrTarget
		}
		return 0
	case t[0] == '/':
		r.Form = OriginForm
		return r.splitPath(b, r.Target)
	case len(t) == 1 && t[0] == '*' && r.Method == OPTIONS: // RFC 9112, 3.2.4
		r.Form, r.Path = AsteriskForm, r.Target
		return 0
	}
	return r.parseAbsolute(b, t)
}

// parseAbsolute reads the absolute-form, which a server must accept
// (RFC 9112, 3.2.2). Only http and https have a meaning here.
func (r *Request) parseAbsolute(b, t []byte) Error {
	n := 0
	switch {
	case len(t) > 7 && equalFold(t[:7], "http://"):
		n = 7
	case len(t) > 8 && equalFold(t[:8], "https://"):
		n = 8
	default:
		return ErrTarget
	}
	r.Form = AbsoluteForm
	start := r.Target.Start + uint16(n)
	end := start
	for end < r.Target.End && b[end] != '/' && b[end] != '?' {
		end++
	}
	r.Host = Span{start, end}
	// RFC 9110, 4.2.1: an empty host is invalid; 4.2.4: so is user information.
	if !validHost(r.Host.Of(b), false) {
		return ErrTarget
	}
	return r.splitPath(b, Span{end, r.Target.End})
}

// splitPath splits s into path and query and checks the bytes of both
// (RFC 3986, 3.3 and 3.4). The path of an absolute-form may be empty.
func (r *Request) splitPath(b []byte, s Span) Error {
	path := isPath.skip(b[:s.End], int(s.Start))
	r.Path = Span{s.Start, uint16(path)}
	if path < int(s.End) {
		if b[path] != '?' || isQuery.skip(b[:s.End], path+1) < int(s.End) {
			return ErrTarget
		}
		r.Query = Span{uint16(path + 1), s.End}
	}
	return 0
}
