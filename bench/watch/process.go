package watch

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// tick is the unit of CPU times in /proc, the same on every Linux.
const tick = 10 * time.Millisecond

// Process reads memory and CPU of a process from /proc.
type Process struct {
	PID  int // 0: there is none to watch
	cpu  time.Duration
	at   time.Duration
	gone bool
}

// Sample reads the process at now, on the run's clock. It returns nil when there
// is nothing to read: no process, no /proc, or no longer.
func (p *Process) Sample(now time.Duration) *measure.Process {
	if p.PID == 0 || p.gone {
		return nil
	}
	rss, cpu, ok := p.read()
	if !ok {
		p.gone = p.at > 0 // never seen: this system has no /proc
		if !p.gone {
			p.PID = 0
		}
		return nil
	}
	s := &measure.Process{RSS: rss}
	if d := now - p.at; p.at > 0 && d > 0 {
		s.CPU = float64(cpu-p.cpu) / float64(d)
	}
	p.cpu, p.at = cpu, now
	return s
}

// Gone reports whether the process was there once and no longer is.
func (p *Process) Gone() bool { return p.gone }

// read returns the resident set in bytes and the CPU time used so far.
func (p *Process) read() (rss int64, cpu time.Duration, ok bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID))
	if err != nil {
		return 0, 0, false
	}
	// The second field is the name in parentheses and may hold anything; the
	// third is the state, and what follows are numbers.
	i := bytes.LastIndexByte(b, ')')
	if i < 0 {
		return 0, 0, false
	}
	f := bytes.Fields(b[i+1:])
	const state, utime, stime, resident = 0, 11, 12, 21
	if len(f) <= resident || f[state][0] == 'Z' || f[state][0] == 'X' {
		return 0, 0, false
	}
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(string(f[i]), 10, 64)
		return n
	}
	return number(resident) * int64(os.Getpagesize()), time.Duration(number(utime)+number(stime)) * tick, true
}
