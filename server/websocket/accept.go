package websocket

import "crypto/sha1"

const (
	// keyLength is the length of 16 bytes in base64 (RFC 6455, 4.1).
	keyLength = 24
	// acceptGUID is appended to the key (RFC 6455, 1.3).
	acceptGUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
)

// AppendAccept appends the Sec-WebSocket-Accept that answers key (RFC 6455,
// 4.2.2): 28 bytes.
func AppendAccept(dst, key []byte) []byte {
	var b [keyLength + len(acceptGUID)]byte
	sum := sha1.Sum(append(append(b[:0], key...), acceptGUID...))
	return appendBase64(dst, sum[:])
}

// AppendKey appends the Sec-WebSocket-Key of 16 random bytes.
func AppendKey(dst []byte, random [16]byte) []byte { return appendBase64(dst, random[:]) }

const base64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// appendBase64 appends b in base64 (RFC 4648, 4).
func appendBase64(dst, b []byte) []byte {
	for ; len(b) >= 3; b = b[3:] {
		w := uint(b[0])<<16 | uint(b[1])<<8 | uint(b[2])
		dst = append(dst, base64Digits[w>>18], base64Digits[w>>12&63], base64Digits[w>>6&63], base64Digits[w&63])
	}
	switch len(b) {
	case 1:
		dst = append(dst, base64Digits[b[0]>>2], base64Digits[b[0]&3<<4], '=', '=')
	case 2:
		w := uint(b[0])<<8 | uint(b[1])
		dst = append(dst, base64Digits[w>>10], base64Digits[w>>4&63], base64Digits[w&15<<2], '=')
	}
	return dst
}

// validKey reports whether key is 16 bytes in base64 (RFC 6455, 4.2.1).
func validKey(key []byte) bool {
	if len(key) != keyLength || key[22] != '=' || key[23] != '=' {
		return false
	}
	for _, c := range key[:22] {
		if !(c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/') {
			return false
		}
	}
	return true
}
