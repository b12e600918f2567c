package boards

import (
	"context"
	"fmt"
	"io"
	"strings"
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
	c := Console{
		Port:  port,
		Baud:  o.Baud,
		Line:  func(line string) { fmt.Fprintln(w, line) },
		Event: func(e Event) { o.explain(w, e) },
	}
	return c.Follow(ctx)
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
