package boards

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// Kind is what a board's console told of.
type Kind string

// Kinds of events. All but HeapSample and Reset are crashes, though a board may
// survive a TaskWatchdog.
const (
	Panic             Kind = "panic"
	Abort             Kind = "abort"
	Assert            Kind = "assert"
	StackOverflow     Kind = "stack-overflow"
	CorruptHeap       Kind = "corrupt-heap"
	Brownout          Kind = "brownout"
	InterruptWatchdog Kind = "interrupt-watchdog"
	TaskWatchdog      Kind = "task-watchdog"
	Reset             Kind = "reset"
	HeapSample        Kind = "heap"
)

// Event is something that a board's console told.
type Event struct {
	Kind      Kind
	Text      string   // the line that told it, without colours
	Reason    string   // of a Reset: what caused it, in the words of [ResetReason]
	Backtrace []string // of a crash: addresses like 0x400d1f2c, the innermost first
	Lines     []string // of a crash: all that the board said from Text on, at most 64 lines
	Heap      *Heap    // of a HeapSample
}

// Crash reports whether the event tells that the program failed.
func (e *Event) Crash() bool { return e.Kind != Reset && e.Kind != HeapSample }

// maxCrashLines bounds what is kept of a crash: a register dump and more.
const maxCrashLines = 64

// Recogniser understands the lines of a board's console. The zero value is
// ready. A crash is told when it has ended, with its backtrace: by a restart,
// by a sign that the board went on, or by Flush.
type Recogniser struct {
	crash *Event
}

// signs are what the IDF prints when something fails, the most telling first.
var signs = []struct {
	kind Kind
	re   *regexp.Regexp
}{
	{StackOverflow, regexp.MustCompile(`\*\*\*ERROR\*\*\* A stack overflow in task|Stack canary watchpoint triggered|Stack protection fault|Stack smashing protect failure`)},
	{CorruptHeap, regexp.MustCompile(`CORRUPT HEAP:`)},
	{InterruptWatchdog, regexp.MustCompile(`panic'ed \(Interrupt wdt timeout`)},
	{Brownout, regexp.MustCompile(`Brownout detector was triggered`)},
	{TaskWatchdog, regexp.MustCompile(`Task watchdog got triggered`)},
	{Assert, regexp.MustCompile(`^assert failed:|^assertion ".*" failed:`)},
	{Panic, regexp.MustCompile(`Guru Meditation Error:|panic'ed \(`)},
	{Abort, regexp.MustCompile(`abort\(\) was called at PC|ESP_ERROR_CHECK failed:`)},
}

var (
	colour    = regexp.MustCompile("\x1b\\[[0-9;]*[A-Za-z]")
	resetLine = regexp.MustCompile(`rst:0x([0-9a-fA-F]+) ?(?:\(([A-Za-z0-9_]+)\))?`)
	bootLine  = regexp.MustCompile(`^ets |^ESP-ROM:`)
	btLine    = regexp.MustCompile(`Backtrace: ?(.*)`)
	btEntry   = regexp.MustCompile(`(0x[0-9a-fA-F]{6,8}):0x[0-9a-fA-F]{6,8}`)
	// RISC-V prints no backtrace unless built to: where it was, and who called.
	riscvPC = regexp.MustCompile(`MEPC +: (0x[0-9a-fA-F]{8}) +RA +: (0x[0-9a-fA-F]{8})`)
	abortPC = regexp.MustCompile(`abort\(\) was called at PC (0x[0-9a-fA-F]{8})`)
)

// Line takes the next line of the console and returns what it completes.
func (r *Recogniser) Line(line string) []Event {
	line = strings.TrimRight(colour.ReplaceAllString(line, ""), "\r\n ")
	if m := resetLine.FindStringSubmatch(line); m != nil {
		code, _ := strconv.ParseUint(m[1], 16, 8)
		return append(r.Flush(), Event{Kind: Reset, Text: line, Reason: ResetReason(int(code), m[2])})
	}
	if h := parseHeap(line); h != nil { // the program is running
		return append(r.Flush(), Event{Kind: HeapSample, Text: line, Heap: h})
	}
	if bootLine.MatchString(line) {
		return r.Flush()
	}
	told := r.see(kindOf(line), line)
	if r.crash != nil {
		r.collect(line)
	}
	if strings.HasPrefix(line, "Rebooting...") || strings.HasPrefix(line, "CPU halted") {
		return append(told, r.Flush()...)
	}
	return told
}

// see begins a crash if the line tells of one, and returns the one before if
// the line tells of another.
func (r *Recogniser) see(kind Kind, line string) (told []Event) {
	if r.crash != nil && r.crash.Kind == kind && r.crash.Backtrace != nil {
		told = r.Flush() // a watchdog that barks again
	}
	switch {
	case r.crash == nil && kind != "":
		r.crash = &Event{Kind: kind, Text: line}
	case r.crash != nil && more(r.crash.Kind, kind):
		r.crash.Kind = kind
	}
	return told
}

// Flush returns the crash that was still being told, if there is one. Call it
// when the console has been silent for a while.
func (r *Recogniser) Flush() []Event {
	if r.crash == nil {
		return nil
	}
	e := *r.crash
	r.crash = nil
	return []Event{e}
}

// collect adds a line to the crash, and what it has of the backtrace.
func (r *Recogniser) collect(line string) {
	c := r.crash
	if len(c.Lines) < maxCrashLines {
		c.Lines = append(c.Lines, line)
	}
	if m := btLine.FindStringSubmatch(line); m != nil {
		if found := btEntry.FindAllStringSubmatch(m[1], -1); found != nil {
			c.Backtrace = nil // better than what the registers told
			for _, entry := range found {
				c.Backtrace = append(c.Backtrace, entry[1])
			}
		}
		return
	}
	if m := riscvPC.FindStringSubmatch(line); m != nil && len(c.Backtrace) <= 1 {
		c.Backtrace = []string{m[1], m[2]}
	}
	if m := abortPC.FindStringSubmatch(line); m != nil && len(c.Backtrace) == 0 {
		c.Backtrace = []string{m[1]}
	}
}

func kindOf(line string) Kind {
	for _, s := range signs {
		if s.re.MatchString(line) {
			return s.kind
		}
	}
	return ""
}

// more reports whether a later line tells the cause better: many causes end in
// a panic or an abort, and a stack that overflowed may look like anything.
func more(told, later Kind) bool {
	return later != "" && (told == Panic || told == Abort) && later != Panic && later != Abort
}

// parseHeap reads the line of JSON that the firmware prints each second, nil if
// it is none.
func parseHeap(line string) *Heap {
	if !strings.HasPrefix(line, "{") {
		return nil
	}
	h := new(Heap)
	if json.Unmarshal([]byte(line), h) != nil || h.Total == 0 {
		return nil
	}
	return h
}
