package boards

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.bug.st/serial"
)

// defaultBaud is that of the IDF's console.
const defaultBaud = 115200

// ErrNoPort says that a board's console has no serial port.
var ErrNoPort = errors.New("no serial port")

// FindPort returns port, or the only USB serial port of this machine if it is empty.
func FindPort(port string) (string, error) {
	if port != "" {
		return port, nil
	}
	all, err := serial.GetPortsList()
	if err != nil {
		return "", fmt.Errorf("list the serial ports: %w", err)
	}
	return onlyBoard(all)
}

// onlyBoard picks the one port that a board can be behind.
func onlyBoard(ports []string) (string, error) {
	var found []string
	for _, p := range ports {
		if name := strings.ToLower(filepath.Base(p)); strings.Contains(name, "usb") || strings.Contains(name, "acm") || strings.HasPrefix(name, "com") {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return "", fmt.Errorf("%w of a board found: check that the cable carries data, that the board has power, "+
			"and that the driver of its USB bridge (CP210x, CH34x, FTDI) is loaded, or give --port", ErrNoPort)
	case 1:
		return found[0], nil
	}
	return "", fmt.Errorf("there are several serial ports: %s: choose one with --port", strings.Join(found, ", "))
}

// openPort opens a console for reading. Both modem lines stay as the system
// sets them, alike: the circuit that resets a board acts when they differ.
func openPort(port string, baud int) (serial.Port, error) {
	if baud == 0 {
		baud = defaultBaud
	}
	p, err := serial.Open(port, &serial.Mode{BaudRate: baud})
	if err == nil {
		return p, nil
	}
	return nil, fmt.Errorf("open serial port %s at %d baud: %w; %s", port, baud, err, portAdvice(err))
}

// portAdvice says what to do about a port that cannot be opened.
func portAdvice(err error) string {
	code := serial.InvalidSerialPort
	if why := (*serial.PortError)(nil); errors.As(err, &why) {
		code = why.Code()
	}
	switch {
	case code == serial.PortBusy:
		return "another program has it open, perhaps idf.py monitor: end that"
	case code == serial.PortNotFound || errors.Is(err, fs.ErrNotExist):
		return "there is no such port: check the cable and the driver, and the name"
	case code == serial.PermissionDenied || errors.Is(err, fs.ErrPermission):
		return "you may not use it: join its group, e.g. sudo usermod -aG dialout $USER, and log in again"
	case code == serial.InvalidSpeed:
		return "it cannot have that speed: give another with --baud"
	}
	return "check the port's name, the cable and the driver"
}

// Console is the serial console of a board.
type Console struct {
	Port string
	Baud int // 0: 115200

	Line  func(line string) // sees each line as it was; nil: nobody does
	Event func(Event)       // sees what the lines told; nil: nobody does
}

// Times of following a console.
const (
	readTimeout = 100 * time.Millisecond // between two looks at the context
	silence     = time.Second            // after which a crash is told, although the board did not restart
	portReturns = 10 * time.Second       // a chip whose own USB port this is takes it away while it restarts
)

// maxLine bounds a line of the console; a longer one is cut into several.
const maxLine = 4 << 10

// Follow reads the console until ctx ends, and returns nil then. A port that
// goes away is opened again; an error says that it did not come back in 10 s,
// or could not be opened at all.
func (c *Console) Follow(ctx context.Context) error { return c.follow(ctx, portReturns) }

func (c *Console) follow(ctx context.Context, patience time.Duration) error {
	port, err := openPort(c.Port, c.Baud)
	if err != nil {
		return err
	}
	f := follower{console: c}
	for {
		err := f.read(ctx, port)
		port.Close()
		f.told(f.recogniser.Flush())
		if ctx.Err() != nil {
			return nil
		}
		if port, err = c.reopen(ctx, patience, err); port == nil {
			return err
		}
	}
}

// reopen waits until the port is there again; nil and no error if ctx ended.
func (c *Console) reopen(ctx context.Context, patience time.Duration, lost error) (serial.Port, error) {
	deadline := time.Now().Add(patience)
	for {
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(readTimeout):
		}
		// One that exists no more may not be opened: under some systems that makes a file.
		if _, err := os.Stat(c.Port); err == nil || filepath.Separator == '\\' {
			if port, err := openPort(c.Port, c.Baud); err == nil {
				return port, nil
			}
		}
		if time.Now().After(deadline) {
			return nil, fmt.Errorf("serial port %s went away and did not come back in %v: %w; check the cable and the board's power", c.Port, patience, lost)
		}
	}
}

// follower makes lines of what a port brings, and events of these.
type follower struct {
	console    *Console
	recogniser Recogniser
	line       []byte
	heard      time.Time // last byte
}

// read follows the port until it fails or ctx ends.
func (f *follower) read(ctx context.Context, port serial.Port) error {
	if err := port.SetReadTimeout(readTimeout); err != nil {
		return err
	}
	buf := make([]byte, 1<<10)
	f.heard = time.Now()
	for ctx.Err() == nil {
		n, err := port.Read(buf)
		if n > 0 {
			f.take(buf[:n])
			f.heard = time.Now()
		} else if time.Since(f.heard) > silence {
			f.told(f.recogniser.Flush())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// take cuts bytes into lines.
func (f *follower) take(b []byte) {
	for _, c := range b {
		if c != '\n' {
			f.line = append(f.line, c)
		}
		if c == '\n' || len(f.line) == maxLine {
			line := strings.ToValidUTF8(strings.TrimRight(string(f.line), "\r"), "\uFFFD")
			f.line = f.line[:0]
			if f.console.Line != nil {
				f.console.Line(line)
			}
			f.told(f.recogniser.Line(line))
		}
	}
}

func (f *follower) told(events []Event) {
	if f.console.Event == nil {
		return
	}
	for _, e := range events {
		f.console.Event(e)
	}
}
