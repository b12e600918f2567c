package websocket

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// Every code that an encodeTable makes, up to the longest, is found again whatever follows it; less than a whole code
// is refused.
func TestDecodeTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1951, 327))
	var longest uint8
	for round := range 400 {
		counts := make([]uint32, 2+r.IntN(285))
		for i := range counts {
			counts[i] = 1 << r.IntN(1+round%20)
		}
		var e encodeTable
		var room [286]uint32
		e.build(counts, maxCode, room[:0])
		var d decodeTable
		require.True(t, d.build(e.lengths[:len(counts)], literalSymbols[:]))
		for i := range counts {
			n := e.lengths[i]
			longest = max(longest, n)
			entry := d.find(uint64(e.codes[i]) | r.Uint64()<<n)
			require.Equal(t, literalSymbols[i]>>entryValue, entry>>entryValue, "symbol %d of %d bits", i, n)
			require.Equal(t, uint32(n), entry>>entryCode&15)
			require.Equal(t, literalSymbols[i]&entryUsed+uint32(n), entry&entryUsed)
		}
		i := r.IntN(len(counts))
		e.lengths[i] = e.lengths[i]%maxCode + 1
		require.False(t, d.build(e.lengths[:len(counts)], literalSymbols[:]))
	}
	require.EqualValues(t, maxCode, longest)
}
