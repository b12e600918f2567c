//go:build amd64 && !purego

package http1

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"
)

// class looks up c as scanAVX2 does.
func (t *nibbleTables) class(c byte) uint8 {
	if c >= 0x80 {
		return 0
	}
	return t.low[c&15] & t.high[c>>4]
}

// The tables of scanAVX2 and scanAVX512 say what classes says.
func TestTables(t *testing.T) {
	for i := range 256 {
		c := byte(i)
		in := func(k class) bool { return classes[c]&k != 0 }
		require.Equal(t, in(isToken), tokenTables.class(c) != 0, "%q", c)
		if c < 0x80 {
			place := controlPlaces[min(int8(c+1), 63)&63]
			require.Equal(t, !in(isValue) && c != '\n', place != 0, "%q", c)
		}
		if c != '`' && c != '|' && c != 0x7f { // left to scanSWAR, and DEL is counted
			place := tokenPlaces[c&31|c>>6&1<<5]
			require.Equal(t, in(isToken), int(int8(c))-int(place) >= 0, "%q", c)
		}
		require.Equal(t, !in(isValue) && c != '\n', controlTables.class(c) != 0, "%q", c)
		require.Equal(t, in(isPath), targetTables.class(c)&targetTables.masks[0] != 0, "%q", c)
		require.Equal(t, in(isQuery), targetTables.class(c)&targetTables.masks[1] != 0, "%q", c)
		require.Equal(t, in(isHost), hostTables.class(c)&hostTables.masks[0] != 0, "%q", c)
		require.Equal(t, in(isDigit), hostTables.class(c)&hostTables.masks[1] != 0, "%q", c)
	}
}

// decide_amd64.h stores Minor, and false into the three behind it, at once, and knows
// how long the entries of two tables are.
func TestLayout(t *testing.T) {
	var h Head
	minor := unsafe.Offsetof(h.Minor)
	require.EqualValues(t, 16, unsafe.Sizeof(methodWord{}))
	require.EqualValues(t, 24, unsafe.Sizeof(connectionOption{}))
	require.Equal(t, []uintptr{minor + 1, minor + 2, minor + 3},
		[]uintptr{unsafe.Offsetof(h.Chunked), unsafe.Offsetof(h.Close), unsafe.Offsetof(h.Upgrade)})
}

// What the processor must be able to do is looked for one by one.
func TestBest(t *testing.T) {
	type leaves struct{ leaf0, ecx1, ebx7, ecx7, xcr0 uint32 }
	all := leaves{7, 0xffffffff, 0xffffffff, 0xffffffff, 0xe7}
	require.Equal(t, byAVX512, choose(all.leaf0, all.ecx1, all.ebx7, all.ecx7, all.xcr0))
	for _, less := range []struct {
		leaves
		want reader
	}{
		{leaves{6, all.ecx1, all.ebx7, all.ecx7, all.xcr0}, bySWAR},
		{leaves{7, all.ecx1 &^ (1 << 27), all.ebx7, all.ecx7, all.xcr0}, bySWAR},
		{leaves{7, all.ecx1 &^ (1 << 22), all.ebx7, all.ecx7, all.xcr0}, bySWAR},
		{leaves{7, all.ecx1, all.ebx7 &^ (1 << 5), all.ecx7, all.xcr0}, bySWAR},
		{leaves{7, all.ecx1, all.ebx7 &^ (1 << 8), all.ecx7, all.xcr0}, bySWAR},
		{leaves{7, all.ecx1, all.ebx7, all.ecx7, 0x3}, bySWAR},
		{leaves{7, all.ecx1, all.ebx7, all.ecx7, 0x7}, byAVX2},
		{leaves{7, all.ecx1, all.ebx7 &^ (1 << 30), all.ecx7, all.xcr0}, byAVX2},
		{leaves{7, all.ecx1, all.ebx7, all.ecx7 &^ (1 << 6), all.xcr0}, byAVX2},
		{leaves{7, all.ecx1, all.ebx7, all.ecx7 &^ (1 << 8), all.xcr0}, byAVX2},
	} {
		require.Equal(t, less.want, choose(less.leaf0, less.ecx1, less.ebx7, less.ecx7, less.xcr0), "%+v", less)
	}
}

// The scanners decide about requests that are like most, and leave others to Go. That
// they decide the same is for the tests of all readers.
func TestDecided(t *testing.T) {
	const pad = "User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\n"
	defer UseScanner(Scanners()[0])
	for _, scanner := range Scanners() {
		if !UseScanner(scanner) || chosen < byAVX2 {
			continue
		}
		for _, c := range []struct {
			head    string
			decided bool
		}{
			{"GET / HTTP/1.1\r\nHost: h\r\n" + pad, true},
			{"PROPFIND /a/b HTTP/1.1\r\nAccept: x\r\nhost: h:80\r\n" + pad, true},
			{"POST /a?b=c HTTP/1.2\r\nHost: 192.168.4.1:8080\r\nContent-Length: 5\r\n" + pad, true},
			{"GET /?? HTTP/1.1\r\nHost: h\r\nConnection: close\r\n" + pad, true},
			{"GET / HTTP/1.1\r\nHost: h\r\nconnection: Keep-Alive\r\n" + pad, true},
			{"GET / HTTP/1.1\r\nHost: h\r\nConnection: close, te\r\n" + pad, false},
			{"GET / HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: x\r\n" + pad, false},
			{"GET / HTTP/1.0\r\nHost: h\r\n" + pad, false},
			{"GET / HTTP/1.1\r\nHost: h:80800\r\n" + pad, false},
			{"GET / HTTP/1.1\r\nHost: :80\r\n" + pad, false},
			{"GET / HTTP/1.1\r\nHost:\r\n" + pad, false},
			{"GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n" + pad, false},
			{"GET / HTTP/1.1\r\n" + pad, false},
			{"GET /%20 HTTP/1.1\r\nHost: h\r\n" + pad, false},
			{"GET http://h/ HTTP/1.1\r\nHost: h\r\n" + pad, false},
			{"CONNECT /h HTTP/1.1\r\nHost: h\r\n" + pad, false},
			{"GOT / HTTP/1.1\r\nHost: h\r\n" + pad, false},
			{"GET /" + strings.Repeat("a", 20) + " HTTP/1.1\r\nHost: h\r\n" + pad, false},
		} {
			r := Request{MaxTarget: 20}
			r.Fields = make([]Field, 0, 8)
			b := []byte(c.head + "\r\n")
			n, decided := scanVector(&b[0], len(b), &r.Head, true)
			require.Equal(t, len(b), n, "%s: %s", scanner, c.head)
			require.Equal(t, c.decided, decided, "%s: %s", scanner, c.head)
			n, decided = scanVector(&b[0], len(b), &r.Head, false)
			require.Equal(t, len(b), n)
			require.False(t, decided)
		}
	}
}
