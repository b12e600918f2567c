package check

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"
	"strings"
)

// The sizes between which a limit of a chip is looked for, in octets. A target that serves the largest has no limit that
// any case could meet.
const (
	smallest = 128
	largest  = 8 << 10
)

// fewSockets is the number of connections up to which a target that declares it is taken for a chip.
const fewSockets = 16

// declaredLimits takes the limits that GET /info declares; a flag beats the board's own word. A board with few sockets
// is treated as one also if nobody asked for that.
func (t *Target) declaredLimits(info []byte) {
	var board struct {
		Head    int `json:"max_req_hdr_len"`
		URI     int `json:"max_uri_len"`
		Sockets int `json:"max_open_sockets"`
	}
	_ = json.Unmarshal(info, &board)
	t.MaxHead, t.MaxURI = cmp.Or(t.MaxHead, board.Head), cmp.Or(t.MaxURI, board.URI)
	if board.Sockets > 0 {
		t.Vars["sockets"] = strconv.Itoa(board.Sockets)
	}
	if board.Sockets > 0 && board.Sockets <= fewSockets {
		t.Config = t.MCU()
	}
}

// findLimits looks for the limits of a chip that nobody has declared, so that cases can keep within them.
func (t *Target) findLimits(ctx context.Context) {
	base, _ := t.expand(Get, "", "")
	if t.MaxURI == 0 {
		path := t.Vars["p"] + "?"
		t.MaxURI = t.bisect(ctx, func(n int) string { return get(path + strings.Repeat("a", max(0, n-len(path)))) })
	}
	if t.MaxHead == 0 {
		t.MaxHead = t.bisect(ctx, func(n int) string {
			return strings.TrimSuffix(Get, "\r\n") + "X: " + strings.Repeat("a", max(0, n-len(base)-len("X: \r\n"))) + "\r\n\r\n"
		})
	}
}

// bisect returns the largest size whose request is served, or 0 if even the largest is, or if not even the smallest.
func (t *Target) bisect(ctx context.Context, request func(n int) string) int {
	served := func(n int) bool { return t.try(ctx, request(n)).Status/100 == 2 }
	if served(largest) || !served(smallest) {
		return 0
	}
	low, high := smallest, largest
	for high-low > 1 && ctx.Err() == nil {
		if n := (low + high) / 2; served(n) {
			low = n
		} else {
			high = n
		}
	}
	return low
}
