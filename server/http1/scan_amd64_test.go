//go:build amd64 && !purego

package http1

import (
	"testing"

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
		require.Equal(t, !in(isValue) && c != '\n', controlTables.class(c) != 0, "%q", c)
		require.Equal(t, in(isPath), targetTables.class(c)&targetTables.masks[0] != 0, "%q", c)
		require.Equal(t, in(isQuery), targetTables.class(c)&targetTables.masks[1] != 0, "%q", c)
		require.Equal(t, in(isHost), hostTables.class(c)&hostTables.masks[0] != 0, "%q", c)
		require.Equal(t, in(isDigit), hostTables.class(c)&hostTables.masks[1] != 0, "%q", c)
	}
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
	} {
		require.Equal(t, less.want, choose(less.leaf0, less.ecx1, less.ebx7, less.ecx7, less.xcr0), "%+v", less)
	}
}
