package http1

import "math/bits"

// A scanner reads a whole head in two stages: first it turns the bytes into the
// offsets of the line feeds, up to the empty line, and counts forbidden bytes;
// then it walks over the lines, and looks at the start and at the end of each. It
// fills in h.Fields, h.known and s, and returns the length of the head. Whatever
// is incomplete, wrong or out of the ordinary makes it return 0; the byte-by-byte
// reader decides then, alone, so that a scanner can never accept more than that.
//
// A scanner vouches for the field lines and for the absence of control
// characters, but of the start line it only finds the first space. It matches
// known fields by their keys only: see Head.confirm. Scanners with vectors also
// decide about whole requests, if they are like most.

// scan is what a scanner finds out about the start line and about Host.
type scan struct {
	tokenEnd uint16 // the first space of the start line, if it is among the first bytes
	lineEnd  uint16 // the LF of the start line
	// Bit i says that byte i of the request-target is none of isPath or of
	// isQuery. All bits are set if nobody looked.
	notPath, notQuery uint64
	// Bit i says that byte i of the value of the only Host is none of isHost,
	// or no digit. All bits are set if nobody looked.
	notHost, notDigit uint64
}

// versionLength is the length of " HTTP/1.1\r".
const versionLength = 10

// reader is how a head is read at first.
type reader uint8

const (
	byBytes reader = iota
	bySWAR
	byAVX2
	byAVX512
)

var readerNames = [...]string{"bytes", "swar", "avx2", "avx512"}

// chosen is the best reader of this machine; only UseScanner changes it.
var chosen = best()

// Scanners returns the names of the scanners that this machine can run, the
// best one first.
func Scanners() (names []string) {
	for r := best(); ; r-- {
		names = append(names, readerNames[r])
		if r == byBytes {
			return names
		}
	}
}

// UseScanner makes all parsers use the scanner with this name, and reports
// whether there is one. It is for tests and measurements: the best scanner is
// chosen at start-up, and parsers must not run meanwhile.
func UseScanner(name string) bool {
	for r := byBytes; r <= best(); r++ {
		if readerNames[r] == name {
			chosen = r
			return true
		}
	}
	return false
}

// minScan is a length below which no request is complete.
const minScan = 18

// scanWords scans b where scanVector cannot or is not sure.
func (h *Head) scanWords(b []byte) int {
	if len(b) < minScan || chosen == byBytes {
		return 0
	}
	return scanSWAR(b, h, &h.scan)
}

// plainHost reports whether the value of Host is a plain name or address with
// at most four digits of port.
func (s *scan) plainHost(value []byte) bool {
	if s.notHost == 0 {
		return len(value) > 0
	}
	// What is no host must be the colon of the port, with only digits behind.
	name := bits.TrailingZeros64(s.notHost)
	return name > 0 && name < len(value) && value[name] == ':' &&
		s.notDigit>>name == 1 && len(value)-name <= 5
}
