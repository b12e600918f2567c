package http1

import "bytes"

// validHost reports whether b is uri-host [ ":" port ] with a host that is not
// empty (RFC 9110, 4.2.1 and 7.2). needPort demands the port (RFC 9112, 3.2.3).
func validHost(b []byte, needPort bool) bool {
	end := isHost.skip(b, 0)
	if len(b) > 0 && b[0] == '[' {
		end = bytes.IndexByte(b, ']') + 1
		if end == 0 || !validIPv6(b[1:end-1]) {
			return false
		}
	}
	if end == 0 || end == len(b) {
		return end > 0 && !needPort
	}
	port := b[end+1:]
	return b[end] == ':' && validPort(port) && (len(port) > 0 || !needPort)
}

// validPort reports whether b is a port: empty or at most 65535 (RFC 3986, 3.2.3).
func validPort(b []byte) bool {
	n := 0
	for _, c := range b {
		if classes[c]&isDigit == 0 {
			return false
		}
		n = n*10 + int(c-'0')
		if n > 65535 {
			return false
		}
	}
	return true
}

// validIPv6 reports whether b is an IPv6address (RFC 3986, 3.2.2).
func validIPv6(b []byte) bool {
	groups, gap := 0, false
	if len(b) >= 2 && b[0] == ':' && b[1] == ':' {
		gap, b = true, b[2:]
	}
	for len(b) > 0 {
		n := 0
		for n < len(b) && classes[b[n]]&isHex != 0 {
			n++
		}
		if n < len(b) && b[n] == '.' {
			if !validIPv4(b) {
				return false
			}
			groups, b = groups+2, nil
			break
		}
		if n == 0 || n > 4 {
			return false
		}
		groups, b = groups+1, b[n:]
		if len(b) == 0 {
			break
		}
		if len(b) == 1 || b[0] != ':' {
			return false
		}
		b = b[1:]
		if b[0] == ':' {
			if gap {
				return false
			}
			gap, b = true, b[1:]
		}
	}
	if gap {
		return groups < 8
	}
	return groups == 8
}

// validIPv4 reports whether b is an IPv4address (RFC 3986, 3.2.2).
func validIPv4(b []byte) bool {
	for part := range 4 {
		n, v := 0, 0
		for n < len(b) && n < 4 && classes[b[n]]&isDigit != 0 {
			v = v*10 + int(b[n]-'0')
			n++
		}
		if n == 0 || v > 255 || n > 1 && b[0] == '0' {
			return false
		}
		b = b[n:]
		if part < 3 {
			if len(b) == 0 || b[0] != '.' {
				return false
			}
			b = b[1:]
		}
	}
	return len(b) == 0
}
