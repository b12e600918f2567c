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
	said     time.Time     // when a line was last written that stays
	total    time.Duration // that the run takes, 0: not known
	steps    int           // phases, 0: not known
	finished int
}

func newProgress(w io.Writer, o *Options) *progress {
	p := &progress{w: w, began: time.Now(), said: time.Now(), total: o.plannedLength(), steps: len(o.Plan())}
	if f, ok := w.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

const (
	// width is what a narrow terminal shows in one line; a longer one would wrap,
	// and could not be rewritten.
	width = 79
	// seldom is how often a log that is no terminal gets a line.
	seldom = 10 * time.Second
	clear  = "\r\x1b[K"
)

// show rewrites the line on a terminal, and adds one to a log now and then.
func (p *progress) show(s Step, x *measure.Sample) {
	if p.w == nil {
		return
	}
	line := fmt.Sprintf("%s  %s%s", s.Name, numbers(x), p.left())
	if p.terminal {
		fmt.Fprintf(p.w, clear+"%.*s", width, line)
		return
	}
	if time.Since(p.said) >= seldom {
		p.keep(line)
	}
}

// left is how much longer the run takes.
func (p *progress) left() string {
	if p.total == 0 {
		return ""
	}
	return "  " + max(p.total-time.Since(p.began), 0).Round(time.Second).String() + " left"
}

// keep writes a line that stays.
func (p *progress) keep(line string) {
	if p.terminal {
		fmt.Fprint(p.w, clear)
	}
	fmt.Fprintln(p.w, line)
	p.said = time.Now()
}

// say tells what begins.
func (p *progress) say(what string) {
	if p.w != nil {
		p.keep(what)
	}
}

// numbers are those of one line of the series.
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

// manyPhases is from how many phases on a log gets a line only now and then.
const manyPhases = 12

// done writes what a phase came to.
func (p *progress) done(x *measure.Phase, s Step) {
	if p.w == nil {
		return
	}
	p.finished++
	if p.finished > manyPhases && !p.terminal && time.Since(p.said) < seldom {
		return
	}
	of := ""
	if p.steps > 0 {
		of = fmt.Sprintf("  (%d of %d)", p.finished, p.steps)
	}
	p.keep(fmt.Sprintf("%-10s %8.0f req/s  p50 %s  p99 %s ms  errors %d%s",
		x.Name, x.Rate, short(x.ServiceMS.P50), short(x.ServiceMS.P99), x.ErrorCount(), of))
}

// end leaves the terminal's line.
func (p *progress) end() {
	if p.w != nil && p.terminal {
		fmt.Fprint(p.w, clear)
	}
}

// short writes a number with three digits.
func short(v float64) string {
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.3g", v)
}
