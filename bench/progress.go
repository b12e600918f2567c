package bench

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// progress tells a person how far the run is. Its methods do nothing on a
// writer that is nil.
type progress struct {
	w        io.Writer
	terminal bool
	began    time.Time
	total    time.Duration
	passed   time.Duration // in phases that are over
	steps    map[string]Step
}

func newProgress(w io.Writer, plan []Step) *progress {
	p := &progress{w: w, began: time.Now(), steps: map[string]Step{}}
	for _, s := range plan {
		p.total += s.length()
		p.steps[s.Name] = s
	}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

// width is what a narrow terminal shows in one line; a longer one would wrap,
// and could not be rewritten.
const width = 79

// show rewrites the line on a terminal.
func (p *progress) show(s Step, x *measure.Sample) {
	if p.w == nil || !p.terminal {
		return
	}
	left := max(p.total-time.Since(p.began), 0)
	line := fmt.Sprintf("%s  %s  %.0f s left", s.Name, numbers(x), left.Seconds())
	fmt.Fprintf(p.w, "\r\x1b[K%.*s", width, line)
}

// numbers are those of one second.
func numbers(x *measure.Sample) string {
	failed := int64(0)
	for _, n := range x.Errors {
		failed += n
	}
	s := fmt.Sprintf("%.0f req/s  p50 %s  p99 %s ms  errors %d",
		float64(x.Requests-failed)/max(x.IntervalMS, 1)*1000, short(x.ServiceMS.P50), short(x.ServiceMS.P99), failed)
	if x.Heap != nil {
		s += fmt.Sprintf("  heap %.0f kB", float64(x.Heap.Free)/1000)
	}
	return s
}

// done writes what a phase came to.
func (p *progress) done(x *measure.Phase) {
	if p.w == nil {
		return
	}
	p.passed += p.steps[x.Name].length()
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
	fmt.Fprintf(p.w, "%-10s %8.0f req/s  p50 %s  p99 %s ms  errors %d  (%.0f of %.0f s)\n",
		x.Name, x.Rate, short(x.ServiceMS.P50), short(x.ServiceMS.P99), x.ErrorCount(), p.passed.Seconds(), p.total.Seconds())
}

// end leaves the terminal's line.
func (p *progress) end() {
	if p.w != nil && p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// short writes a number with three digits.
func short(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
