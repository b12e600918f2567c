package inflate

import (
	"cmp"
	"slices"
)

// codeLengths makes a Huffman code for symbols of these frequencies, of at most longest bits, and returns the length of
// each; 0 for a symbol that does not occur.
func codeLengths(frequencies []int, longest int) []int {
	weights := slices.Clone(frequencies)
	for {
		lengths := huffman(weights)
		if slices.Max(lengths) <= longest {
			return lengths
		}
		for i, w := range weights {
			weights[i] = (w + 1) / 2 // flatter, until the code is short enough
		}
	}
}

// node is a symbol or two nodes together.
type node struct {
	weight      int
	symbol      int
	left, right *node
}

func huffman(weights []int) []int {
	lengths := make([]int, len(weights))
	var nodes []*node
	for symbol, w := range weights {
		if w > 0 {
			nodes = append(nodes, &node{weight: w, symbol: symbol})
		}
	}
	if len(nodes) == 1 {
		lengths[nodes[0].symbol] = 1 // RFC 1951, 3.2.7: one bit, not none
		return lengths
	}
	byWeight := func(a, b *node) int { return cmp.Compare(a.weight, b.weight) }
	slices.SortStableFunc(nodes, byWeight)
	for len(nodes) > 1 {
		pair := &node{weight: nodes[0].weight + nodes[1].weight, left: nodes[0], right: nodes[1]}
		at, _ := slices.BinarySearchFunc(nodes[2:], pair, byWeight)
		nodes = slices.Insert(nodes[2:], at, pair)
	}
	if len(nodes) == 1 {
		nodes[0].depth(0, lengths)
	}
	return lengths
}

func (n *node) depth(d int, lengths []int) {
	if n.left == nil {
		lengths[n.symbol] = d
		return
	}
	n.left.depth(d+1, lengths)
	n.right.depth(d+1, lengths)
}

// trim leaves out symbols without code at the end, but keeps least.
func trim(lengths []int, least int) []int {
	n := len(lengths)
	for n > least && lengths[n-1] == 0 {
		n--
	}
	return lengths[:n]
}

// run is a symbol of the code length alphabet with its extra bits (RFC 1951, 3.2.7).
type run struct{ symbol, more, bits int }

// runs sums up equal code lengths.
func runs(lengths []int) (rs []run) {
	for i := 0; i < len(lengths); {
		n := 1
		for i+n < len(lengths) && lengths[i+n] == lengths[i] {
			n++
		}
		switch {
		case lengths[i] == 0 && n >= 11:
			n = min(n, 138)
			rs = append(rs, run{18, n - 11, 7})
		case lengths[i] == 0 && n >= 3:
			rs = append(rs, run{17, n - 3, 3})
		case n >= 4:
			n = min(n, 7)
			rs = append(rs, run{symbol: lengths[i]}, run{16, n - 4, 2})
		default:
			n = 1
			rs = append(rs, run{symbol: lengths[i]})
		}
		i += n
	}
	return rs
}

// codes appends the two codes of a dynamic block (RFC 1951, 3.2.7).
func (w *Writer) codes(lengths, distances []int) {
	list := runs(slices.Concat(lengths, distances))
	var frequencies, ordered [19]int
	for _, r := range list {
		frequencies[r.symbol]++
	}
	short := codeLengths(frequencies[:], 7)
	for i, symbol := range codeOrder {
		ordered[i] = short[symbol]
	}
	sent := trim(ordered[:], 4)
	w.Bits(len(lengths)-257, 5).Bits(len(distances)-1, 5).Bits(len(sent)-4, 4)
	for _, n := range sent {
		w.Bits(n, 3)
	}
	code := words(short)
	for _, r := range list {
		w.word(code[r.symbol]).Bits(r.more, r.bits)
	}
}
