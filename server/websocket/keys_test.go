package websocket

import (
	"crypto/rand"
	"encoding/binary"
	"testing"

	"github.com/stretchr/testify/require"
)

// A client's frames have keys that differ, none of which is 0, and no two clients have the same.
func TestKeys(t *testing.T) {
	seen := map[uint32]bool{}
	var b []byte
	for range 10 {
		var seed [32]byte
		_, err := rand.Read(seed[:])
		require.NoError(t, err)
		keys := NewKeys(seed)
		for range 100 {
			b = AppendMaskedFrame(b[:0], Text, keys.Next(), []byte("hello"))
			key := binary.LittleEndian.Uint32(b[2:])
			require.NotZero(t, key)
			require.False(t, seen[key], "1000 of 2^32 keys are the same once in 8600 times")
			seen[key] = true
			var d Decoder
			n, wrong := d.Decode(b)
			require.Zero(t, wrong)
			require.Equal(t, len(b), n)
			require.Equal(t, "hello", string(d.Payload))
		}
	}
}

// Every bit of a key is set as often as it is not: nothing about the next one is known.
func TestKeysAreEven(t *testing.T) {
	const n = 20_000
	keys := NewKeys([32]byte{1})
	var ones [32]int
	for range n {
		key := keys.Next()
		for i := range ones {
			ones[i] += int(key >> i & 1)
		}
	}
	for i, count := range ones {
		require.InDelta(t, n/2, count, 400, "bit %d", i) // 5.7 standard deviations
	}
}
