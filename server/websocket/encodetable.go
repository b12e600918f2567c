package websocket

import (
	"math/bits"
	"slices"
)

// An encodeTable holds a Huffman code: codes with their first bit lowest, and
// their lengths; 0 for symbols that do not occur.
type encodeTable struct {
	codes   [288]uint16
	lengths [288]uint8
}

var fixedLiteralCode = func() (t encodeTable) {
	copy(t.lengths[:], fixedLengths[:])
	t.assign(288)
	return t
}()

var fixedDistanceCode = func() (t encodeTable) {
	copy(t.lengths[:], fixedDistanceLengths[:])
	t.assign(32)
	return t
}()

// symbolBits is the room for a symbol below its frequency in a sorted list.
const symbolBits = 9

// build makes the best code of at most longest bits for symbols that occur as
// often as counts says; room is scratch memory.
func (t *encodeTable) build(counts []uint32, longest int, room []uint32) {
	sorted := room
	for symbol, n := range counts {
		if n > 0 {
			sorted = append(sorted, n<<symbolBits|uint32(symbol))
		}
	}
	clear(t.lengths[:])
	switch len(sorted) {
	case 0:
		return
	case 1:
		t.lengths[sorted[0]&(1<<symbolBits-1)] = 1
	default:
		slices.Sort(sorted)
		var symbols [288]uint16
		for i, s := range sorted {
			symbols[i] = uint16(s & (1<<symbolBits - 1))
			sorted[i] = s >> symbolBits
		}
		huffmanLengths(sorted)
		t.limit(sorted, symbols[:len(sorted)], longest)
	}
	t.assign(len(counts))
}

// huffmanLengths turns at least two frequencies, in rising order, into the
// lengths of their codes, in falling order. It works in place: first each
// element becomes the weight of a tree, then a link to its parent, then a depth.
func huffmanLengths(a []uint32) {
	n := len(a)
	root, leaf := 0, 0
	lightest := func(next int) (weight uint32) {
		if leaf >= n || root < next && a[root] < a[leaf] {
			weight, a[root] = a[root], uint32(next)
			root++
		} else {
			weight = a[leaf]
			leaf++
		}
		return weight
	}
	for next := range n - 1 {
		first := lightest(next)
		a[next] = first + lightest(next)
	}
	a[n-2] = 0
	for i := n - 3; i >= 0; i-- {
		a[i] = a[a[i]] + 1
	}
	depthsToLengths(a)
}

// depthsToLengths turns the depths of the inner nodes in a[:n-1], in falling
// order, into those of the leaves.
func depthsToLengths(a []uint32) {
	inner, leaf := len(a)-2, len(a)-1
	for depth, room := uint32(0), 1; room > 0; depth++ {
		used := 0
		for inner >= 0 && a[inner] == depth {
			used++
			inner--
		}
		for ; room > used; room-- {
			a[leaf] = depth
			leaf--
		}
		room = 2 * used
	}
}

// limit shortens what is longer than longest bits, at the cost of others, and
// notes the lengths. lengths falls; symbols are those they belong to.
func (t *encodeTable) limit(lengths []uint32, symbols []uint16, longest int) {
	var count [maxCode + 1]int
	used := 0 // of the code space, in units of the longest codes
	for _, n := range lengths {
		n := min(int(n), longest)
		count[n]++
		used += 1 << (longest - n)
	}
	for ; used > 1<<longest; used-- {
		// One of the longest moves up beside a shorter one, which moves down.
		n := longest - 1
		for count[n] == 0 {
			n--
		}
		count[longest]--
		count[n]--
		count[n+1] += 2
	}
	i := 0
	for n := longest; n > 0; n-- {
		for range count[n] {
			t.lengths[symbols[i]] = uint8(n)
			i++
		}
	}
}

// assign gives the first n symbols their canonical codes (RFC 1951, 3.2.2).
func (t *encodeTable) assign(n int) {
	var count, next [maxCode + 1]uint16
	for _, length := range t.lengths[:n] {
		count[length]++
	}
	count[0] = 0
	for i := 1; i <= maxCode; i++ {
		next[i] = (next[i-1] + count[i-1]) << 1
	}
	for i, length := range t.lengths[:n] {
		if length > 0 {
			t.codes[i] = bits.Reverse16(next[length]) >> (16 - length)
			next[length]++
		}
	}
}
