package inflate

const (
	endOfBlock   = 256
	firstLength  = 257
	maxLengths   = 286 // literal and length codes (RFC 1951, 3.2.7)
	maxDistances = 30
)

// codeOrder is the order in which the lengths of code length codes are sent (RFC 1951, 3.2.7).
var codeOrder = [19]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// span is what a length or distance symbol stands for: a base and the number of bits to add to it (RFC 1951, 3.2.5).
type span struct{ base, extra int }

var lengthSpans, distanceSpans = spans(3, 29, 4), spans(1, maxDistances, 2)

// spans makes n spans that follow each other without a gap: twice as many with no extra bits as of any other number.
// The last length is an exception.
func spans(base, n, same int) (s []span) {
	for i := range n {
		extra := max(0, i/same-1)
		s = append(s, span{base, extra})
		base += 1 << extra
	}
	if n == 29 {
		s[28] = span{258, 0}
	}
	return s
}

// decoder inflates one message or stream.
type decoder struct {
	bits
	out   []byte // the context, and behind it the data
	start int    // of the data
	limit int
	m     Message
}

func (d *decoder) message() Message {
	d.m.Data = d.out[d.start:]
	return d.m
}

// wrong is the error for what shows at the next bit.
func (d *decoder) wrong(p Problem) error { return &Error{p, d.at} }

// blocks reads blocks to the end of the input. A message goes on behind a final block, at the next octet
// (RFC 7692, 7.2.3.4).
func (d *decoder) blocks() error {
	for {
		if err := d.block(); err != nil {
			return err
		}
		if d.last().Final {
			d.align()
		}
		if d.at == 8*len(d.b) {
			return nil
		}
	}
}

// terminated reports whether the last block is an empty stored one, of which the message of n octets holds no more than
// the header, in its last octet.
func (d *decoder) terminated(n int) bool {
	return d.last().empty() && (d.last().Bit+3+7)/8 == n
}

func (d *decoder) last() Block { return d.m.Blocks[len(d.m.Blocks)-1] }

// block reads one block (RFC 1951, 3.2.3).
func (d *decoder) block() error {
	block, before := Block{Bit: d.at}, len(d.out)
	header, ok := d.number(3)
	if !ok {
		return d.wrong(Truncated)
	}
	block.Final, block.Kind = header&1 == 1, Kind(header>>1)
	var err error
	switch block.Kind {
	case Stored:
		err = d.stored()
	case Fixed:
		err = d.compressed(&fixedLengths, &fixedDistances)
	case Dynamic:
		err = d.dynamic()
	default:
		d.at = block.Bit
		return d.wrong(ReservedType)
	}
	block.Size = len(d.out) - before
	d.m.Blocks = append(d.m.Blocks, block)
	return err
}

// stored copies octets (RFC 1951, 3.2.4).
func (d *decoder) stored() error {
	d.align()
	length, _ := d.number(16)
	complement, ok := d.number(16)
	switch {
	case !ok:
		return d.wrong(Truncated)
	case length^complement != 0xffff:
		return d.wrong(LengthMismatch)
	case len(d.out)-d.start+length > d.limit:
		return d.wrong(TooLarge)
	}
	data := d.octets(length)
	d.out = append(d.out, data...)
	if len(data) < length {
		return d.wrong(Truncated)
	}
	return nil
}

// dynamic reads the codes of a block, then its data (RFC 1951, 3.2.7).
func (d *decoder) dynamic() error {
	hlit, _ := d.number(5)
	hdist, _ := d.number(5)
	hclen, ok := d.number(4)
	hlit, hdist, hclen = hlit+257, hdist+1, hclen+4
	switch {
	case !ok:
		return d.wrong(Truncated)
	case hlit > maxLengths:
		return d.wrong(TooManyLengths)
	case hdist > maxDistances:
		return d.wrong(TooManyDistances)
	}
	var short [19]int
	for _, symbol := range codeOrder[:hclen] {
		if short[symbol], ok = d.number(3); !ok {
			return d.wrong(Truncated)
		}
	}
	codeLengths, ok := newCode(short[:])
	if !ok {
		return d.wrong(BadCode)
	}
	of := make([]int, 0, hlit+hdist) // a repetition may cross from one alphabet to the other
	for len(of) < hlit+hdist {
		var problem Problem
		if of, problem = d.codeLength(of, &codeLengths); problem != "" {
			return d.wrong(problem)
		}
	}
	lengths, ok := newCode(of[:hlit])
	distances, also := newCode(of[hlit:])
	if !ok || !also {
		return d.wrong(BadCode)
	}
	return d.compressed(&lengths, &distances)
}

// codeLength reads one symbol of the code length alphabet and appends what it stands for, as far as
// there is room for it.
func (d *decoder) codeLength(of []int, c *code) ([]int, Problem) {
	symbol, problem := c.read(&d.bits)
	if problem != "" {
		return of, problem
	}
	length, least, extra := symbol, 1, 0
	switch symbol {
	case 16:
		if len(of) == 0 {
			return of, NothingToRepeat
		}
		length, least, extra = of[len(of)-1], 3, 2
	case 17:
		length, least, extra = 0, 3, 3
	case 18:
		length, least, extra = 0, 11, 7
	}
	more, ok := d.number(extra)
	if !ok {
		return of, Truncated
	}
	if len(of)+least+more > cap(of) {
		return of, RepeatTooLong
	}
	for range least + more {
		of = append(of, length)
	}
	return of, ""
}

// compressed reads literals and back references to the end of the block.
func (d *decoder) compressed(lengths, distances *code) error {
	for {
		symbol, problem := lengths.read(&d.bits)
		switch {
		case problem != "":
			return d.wrong(problem)
		case symbol == endOfBlock:
			return nil
		case symbol >= maxLengths:
			return d.wrong(ReservedLength)
		case symbol < endOfBlock && len(d.out)-d.start >= d.limit:
			return d.wrong(TooLarge)
		case symbol < endOfBlock:
			d.out = append(d.out, byte(symbol))
			continue
		}
		if problem := d.copy(symbol, distances); problem != "" {
			return d.wrong(problem)
		}
	}
}

// copy repeats earlier octets (RFC 1951, 3.2.5).
func (d *decoder) copy(symbol int, distances *code) Problem {
	length, ok := d.span(lengthSpans[symbol-firstLength])
	if !ok {
		return Truncated
	}
	symbol, problem := distances.read(&d.bits)
	if problem != "" {
		return problem
	}
	if symbol >= maxDistances {
		return ReservedDistance
	}
	distance, ok := d.span(distanceSpans[symbol])
	switch {
	case !ok:
		return Truncated
	case distance > len(d.out):
		return DistanceTooFar
	case len(d.out)-d.start+length > d.limit:
		return TooLarge
	}
	d.m.Distance = max(d.m.Distance, distance)
	d.m.Before = max(d.m.Before, distance-(len(d.out)-d.start))
	for range length {
		d.out = append(d.out, d.out[len(d.out)-distance])
	}
	return ""
}

func (d *decoder) span(s span) (int, bool) {
	more, ok := d.number(s.extra)
	return s.base + more, ok
}
