package boards

import (
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// MonitorOptions say whose console to show.
type MonitorOptions struct {
	Port string // "": the only USB serial port
	Baud int    // 0: 115200
	ELF  string // of what runs on the board, to decode backtraces; "": leave them as they are
}

// Monitor writes a board's console to w until ctx ends, and after each crash
// what it was, with its backtrace in words if the ELF file is given.
func Monitor(ctx context.Context, w io.Writer, o MonitorOptions) error {
	port, err := FindPort(o.Port)
	if err != nil {
		return err
	}
	unreadable := 0 // lines in a row
	c := Console{
		Port: port,
		Baud: o.Baud,
		Line: func(line string) {
			fmt.Fprintln(w, line)
			unreadable++
			if !garbled(line) {
				unreadable = 0
			}
			if unreadable == garbledLines {
				fmt.Fprintln(w, "--- nothing of that can be read: the board's console may have another speed, give it with --baud (ESP-IDF's is 115200)")
			}
		},
		Event: func(e Event) { o.explain(w, e) },
	}
	return c.Follow(ctx)
}

// garbledLines in a row are no accident: a ROM may say a few in a speed of its own.
const garbledLines = 5

// garbled reports whether a line came at another speed than it was read with:
// a quarter of it is no text.
func garbled(line string) bool {
	bad, all := 0, 0
	for _, c := range line {
		all++
		if c == utf8.RuneError || c < ' ' && c != '\t' && c != '\x1b' {
			bad++
		}
	}
	return bad > 0 && 4*bad >= all
}

// explain writes what an event means; heap samples speak for themselves.
func (o *MonitorOptions) explain(w io.Writer, e Event) {
	switch {
	case e.Kind == Reset:
		fmt.Fprintf(w, "--- the board was reset: %s\n", e.Reason)
	case e.Crash():
		fmt.Fprintf(w, "--- %s: %s\n", e.Kind, e.Text)
		for _, frame := range o.frames(e.Backtrace) {
			fmt.Fprintf(w, "---   %s\n", frame)
		}
	}
}

// frames decodes a backtrace as far as that is possible.
func (o *MonitorOptions) frames(backtrace []string) []string {
	if o.ELF == "" || len(backtrace) == 0 {
		return backtrace
	}
	frames, err := Decode(o.ELF, backtrace)
	if err != nil {
		return append([]string{strings.Join(backtrace, " ")}, err.Error())
	}
	return frames
}
