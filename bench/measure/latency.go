package measure

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// Clock says from which instant a latency counts.
type Clock string

const (
	Service  Clock = "service"  // from the send
	Response Clock = "response" // from the intended start
	Lag      Clock = "lag"      // from the intended start to the send
)

// NewHistogram returns an empty histogram of nanoseconds, 1 µs to 100 s with
// three significant digits; what lies outside is counted at its ends.
func NewHistogram() *hdrhistogram.Histogram {
	return hdrhistogram.New(int64(time.Microsecond), int64(100*time.Second), 3)
}

// Interval is one line of latency.hlog: the requests of one second of a phase.
// Warm-ups are not in the log.
type Interval struct {
	Phase   string
	Clock   Clock
	StartMS float64 // since Run.Started
	EndMS   float64
	Hist    *hdrhistogram.Histogram // nanoseconds
}

// LatencyLog appends intervals to latency.hlog, an HdrHistogram interval log,
// version 1.3, that the usual HdrHistogram tools read: times are seconds since
// the run's start, maxima milliseconds, tags "phase/clock".
type LatencyLog struct {
	log  appendOnly
	line bytes.Buffer
	w    *hdrhistogram.HistogramLogWriter
}

// CreateLatencyLog makes latency.hlog in dir for a run that started then.
func CreateLatencyLog(dir string, started time.Time) (*LatencyLog, error) {
	f, err := createLog(filepath.Join(dir, LatencyFile))
	if err != nil {
		return nil, fmt.Errorf("start the latency log: %w", err)
	}
	l := &LatencyLog{log: f}
	l.w = hdrhistogram.NewHistogramLogWriter(&l.line)
	err = errors.Join(
		l.w.OutputLogFormatVersion(),
		l.w.OutputStartTime(started.UnixMilli()),
		l.w.OutputBaseTime(started.UnixMilli()),
		l.w.OutputLegend(),
		l.flush(),
	)
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Append writes one line, in one system call, or none if it fails: a killed
// process leaves whole lines, and at the most the last one cut short.
func (l *LatencyLog) Append(x Interval) error {
	x.Hist.SetTag(x.Phase + "/" + string(x.Clock))
	x.Hist.SetStartTimeMs(int64(x.StartMS))
	x.Hist.SetEndTimeMs(int64(x.EndMS))
	if err := l.w.OutputIntervalHistogram(x.Hist); err != nil {
		return fmt.Errorf("encode a histogram: %w", err)
	}
	return l.flush()
}

func (l *LatencyLog) flush() error {
	err := l.log.write(l.line.Bytes())
	l.line.Reset()
	if err != nil {
		return fmt.Errorf("append to %s: %w", LatencyFile, err)
	}
	return nil
}

// Close closes the file.
func (l *LatencyLog) Close() error { return l.log.f.Close() }

// ReadLatencies returns the intervals of the run in dir, oldest first. A last
// line that was cut short is left out.
func ReadLatencies(dir string) (all []Interval, err error) {
	err = EachLatency(dir, func(x Interval) error {
		all = append(all, x)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// EachLatency visits the intervals of the run in dir, oldest first, without
// keeping them: those of a day do not fit into memory. A last line that was cut
// short is left out. It ends with the first error of visit.
func EachLatency(dir string, visit func(Interval) error) error {
	f, err := os.Open(filepath.Join(dir, LatencyFile))
	if err != nil {
		return err
	}
	defer f.Close()
	log := &wholeLines{r: bufio.NewReaderSize(f, 1<<16)}
	r := hdrhistogram.NewHistogramLogReader(log)
	for n := 1; ; n++ {
		h, err := r.NextIntervalHistogram()
		if err != nil {
			return fmt.Errorf("%s: interval %d: %w", LatencyFile, n, err)
		}
		if h == nil {
			return nil
		}
		phase, clock, ok := cutLast(h.Tag(), "/")
		if !ok {
			return fmt.Errorf("%s: interval %d: tag %q is not phase/clock", LatencyFile, n, h.Tag())
		}
		err = visit(Interval{
			Phase: phase, Clock: Clock(clock), Hist: h,
			StartMS: float64(h.StartTimeMs() - log.baseMS), EndMS: float64(h.EndTimeMs() - log.baseMS),
		})
		if err != nil {
			return err
		}
	}
}

// wholeLines reads lines up to the last one that ends, and picks up what the log
// reader adds to each time stamp, in milliseconds.
type wholeLines struct {
	r      *bufio.Reader
	line   []byte // what of the current one is left
	baseMS int64
}

// Read hands out at most the rest of a line.
func (w *wholeLines) Read(p []byte) (int, error) {
	if len(w.line) == 0 {
		line, err := w.r.ReadBytes('\n')
		if err != nil {
			return 0, err // what stands after the last line end was never whole
		}
		w.line = line
		if ms := baseTimeMS(line); ms != 0 {
			w.baseMS = ms
		}
	}
	n := copy(p, w.line)
	w.line = w.line[n:]
	return n, nil
}

// baseTimeMS is the base time that a line of the log tells, 0 if it tells none.
func baseTimeMS(line []byte) int64 {
	const mark = "#[BaseTime: "
	_, rest, ok := bytes.Cut(line, []byte(mark))
	var s int64
	if !ok {
		return 0
	}
	if _, err := fmt.Sscan(string(rest[:min(len(rest), 20)]), &s); err != nil {
		return 0
	}
	return s * 1000
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Summarize reduces a histogram of nanoseconds to milliseconds.
func Summarize(h *hdrhistogram.Histogram) Latency {
	if h.TotalCount() == 0 {
		return Latency{}
	}
	ms := func(ns int64) float64 { return float64(ns) / 1e6 }
	q := h.ValueAtPercentiles([]float64{50, 90, 99, 99.9})
	return Latency{
		Mean: h.Mean() / 1e6,
		P50:  ms(q[50]), P90: ms(q[90]), P99: ms(q[99]), P999: ms(q[99.9]),
		Max: ms(h.Max()),
	}
}
