package load

// queue holds indices, first in, first out, up to its size.
type queue struct {
	items []int32
	first int
	n     int
}

func newQueue(size int) queue { return queue{items: make([]int32, size)} }

func (q *queue) push(i int32) {
	at := q.first + q.n
	if at >= len(q.items) {
		at -= len(q.items)
	}
	q.items[at] = i
	q.n++
}

func (q *queue) pop() int32 {
	i := q.items[q.first]
	if q.first++; q.first == len(q.items) {
		q.first = 0
	}
	q.n--
	return i
}
