package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// mostSilent is how often a target that never told its heap may leave the
// question unanswered before it is asked no more.
const mostSilent = 3

// Heap reads GET /heap. The zero value asks; a target that has no such route is
// asked once.
type Heap struct {
	Unasked bool // the target is to be spared the question
	absent  bool
	silent  int
	last    *measure.Heap
}

// Get asks the target for path.
type Get func(ctx context.Context, path string) (status int, content []byte, err error)

// Absent reports whether the target is not asked: it was found to have no heap to
// tell of, or is to be spared.
func (h *Heap) Absent() bool { return h.absent || h.Unasked }

// Sample asks once. It returns nil when there is no answer in time, and says
// whether the target started again since the last sample.
func (h *Heap) Sample(ctx context.Context, get Get) (now *measure.Heap, reboot string) {
	if h.Absent() {
		return nil, ""
	}
	status, content, err := get(ctx, "/heap")
	if err != nil {
		h.silent++
		h.absent = h.last == nil && h.silent >= mostSilent
		return nil, ""
	}
	now, ok := parse(status, content)
	if !ok {
		// A board under load may refuse one request; it has told its heap before.
		h.absent = h.last == nil
		return nil, ""
	}
	reboot = restarted(h.last, now)
	h.last = now
	return now, reboot
}

func parse(status int, content []byte) (*measure.Heap, bool) {
	h := new(measure.Heap)
	if status != http.StatusOK || json.Unmarshal(content, h) != nil || h.Free <= 0 {
		return nil, false
	}
	return h, true
}

// restarted says how one sees from two samples that the target started again
// between them, "" if it did not. A boot count lives in memory that a power cut
// clears, so it may go either way.
func restarted(before, after *measure.Heap) string {
	switch {
	case before == nil:
		return ""
	case after.BootCount != before.BootCount:
		return fmt.Sprintf("the target restarted: its boot count went from %d to %d", before.BootCount, after.BootCount)
	case after.UptimeMS < before.UptimeMS:
		return fmt.Sprintf("the target restarted: its uptime went from %.1f s back to %.1f s",
			float64(before.UptimeMS)/1000, float64(after.UptimeMS)/1000)
	}
	return ""
}
