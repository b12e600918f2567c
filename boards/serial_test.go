//go:build linux

package boards

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// pseudoTerminal returns a board's end of a serial line, and the name of ours.
func pseudoTerminal(t *testing.T) (board *os.File, port string) {
	board, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminals here: %v", err)
	}
	t.Cleanup(func() { board.Close() })
	// Not Fd: that would make reads and closes wait for each other.
	raw, err := board.SyscallConn()
	require.NoError(t, err)
	require.NoError(t, raw.Control(func(fd uintptr) {
		require.NoError(t, unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0))
		n, err := unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		require.NoError(t, err)
		port = fmt.Sprintf("/dev/pts/%d", n)
	}))
	return board, port
}

// follow follows a console and returns its lines and events as they come.
func follow(t *testing.T, port string) (lines chan string, events chan Event, ended chan error) {
	lines, events, ended = make(chan string, 100), make(chan Event, 100), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	c := Console{Port: port, Line: func(s string) { lines <- s }, Event: func(e Event) { events <- e }}
	go func() { ended <- c.follow(ctx, 300*time.Millisecond) }()
	t.Cleanup(cancel)
	return lines, events, ended
}

func next[T any](t *testing.T, c chan T, what string) (v T) {
	select {
	case v = <-c:
	case <-time.After(10 * time.Second):
		require.Fail(t, "nothing came", what)
	}
	return v
}

// write sends a board's words in pieces, as a line of 115200 baud brings them.
func write(t *testing.T, board *os.File, text string) {
	for len(text) > 0 {
		n := min(7, len(text))
		_, err := board.WriteString(text[:n])
		require.NoError(t, err)
		text = text[n:]
	}
}

// wait until the follower has opened the port: what is sent before is lost, as
// on a real one.
func opened(t *testing.T, board *os.File, lines chan string) {
	require.Eventually(t, func() bool {
		write(t, board, "ready\n")
		select {
		case <-lines:
			return true
		case <-time.After(20 * time.Millisecond):
			return false
		}
	}, 10*time.Second, time.Millisecond)
}

// nextBut skips lines that only waited for the port.
func nextBut(t *testing.T, lines chan string) string {
	for {
		if line := next(t, lines, "line"); line != "ready" {
			return line
		}
	}
}

func TestConsole(t *testing.T) {
	board, port := pseudoTerminal(t)
	lines, events, ended := follow(t, port)
	opened(t, board, lines)
	write(t, board, "I (312) main: \xff hello\r\n")
	require.Equal(t, "I (312) main: \uFFFD hello", nextBut(t, lines))

	heap := `{"uptime_ms":1000,"boot_count":1,"free":200,"min_free":100,"largest_block":150,"total":300}`
	write(t, board, heap+"\r\n")
	require.Equal(t, uint64(200), next(t, events, "heap").Heap.Free)

	write(t, board, crashes[0].text)
	crash := next(t, events, "crash")
	require.Equal(t, Panic, crash.Kind)
	require.Equal(t, crashes[0].backtrace, crash.Backtrace)

	write(t, board, "rst:0xc (SW_CPU_RESET),boot:0x13 (SPI_FAST_FLASH_BOOT)\r\n")
	require.Equal(t, "software (CPU)", next(t, events, "reset").Reason)

	write(t, board, strings.ReplaceAll(crashes[4].text, "\n", "\r\n"))
	require.Equal(t, Abort, next(t, events, "a board that halts").Kind, "told after a second of silence")

	board.Close()
	err := next(t, ended, "end")
	require.ErrorContains(t, err, "did not come back")
	require.ErrorContains(t, err, "check the cable and the board's power")
}

func TestConsoleEndsWithItsContext(t *testing.T) {
	_, port := pseudoTerminal(t)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&Console{Port: port}).Follow(ctx) }()
	cancel()
	require.NoError(t, next(t, ended, "end"))
}

// A line that never ends does not fill the memory.
func TestConsoleCutsLongLines(t *testing.T) {
	board, port := pseudoTerminal(t)
	lines, _, _ := follow(t, port)
	opened(t, board, lines)
	go board.WriteString(strings.Repeat("x", maxLine+10) + "\n")
	require.Len(t, nextBut(t, lines), maxLine)
	require.Len(t, nextBut(t, lines), 10)
}

// buffer is a bytes.Buffer for two goroutines.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func TestMonitor(t *testing.T) {
	board, port := pseudoTerminal(t)
	var out buffer
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- Monitor(ctx, &out, MonitorOptions{Port: port, ELF: "no.elf"}) }()
	require.Eventually(t, func() bool {
		write(t, board, "ready\n")
		return strings.Contains(out.String(), "ready\n")
	}, 10*time.Second, 20*time.Millisecond)
	write(t, board, crashes[0].text+"rst:0x10 (RTCWDT_RTC_RESET),boot:0x13\r\n")
	for _, want := range []string{
		"--- panic: Guru Meditation Error: Core  0 panic'ed (LoadProhibited)", "---   0x400d1f29 0x400d2b43\n",
		"give the ELF file of the build", "--- the board was reset: watchdog (RTC, whole chip)",
	} {
		require.Eventually(t, func() bool { return strings.Contains(out.String(), want) }, 10*time.Second, 10*time.Millisecond, want)
	}
	require.NotContains(t, out.String(), "--baud")
	write(t, board, strings.Repeat("\xf8\x80~\xfe\x06\xe0x\n", garbledLines))
	require.Eventually(t, func() bool { return strings.Contains(out.String(), "give it with --baud") }, 10*time.Second, 10*time.Millisecond)
	cancel()
	require.NoError(t, next(t, ended, "end"))
}

// What cannot be opened is answered with what to check.
func TestOpenPort(t *testing.T) {
	_, err := openPort("/dev/ttyNOBOARD7", 0)
	require.ErrorContains(t, err, "open serial port /dev/ttyNOBOARD7 at 115200 baud")
	require.ErrorContains(t, err, "check the cable")
	_, err = openPort("/dev/null", 9600)
	require.ErrorContains(t, err, "check the port's name")
}

func TestOnlyBoard(t *testing.T) {
	for _, x := range []struct {
		ports     []string
		want, err string
	}{
		{[]string{"/dev/ttyS0", "/dev/ttyUSB0"}, "/dev/ttyUSB0", ""},
		{[]string{"/dev/ttyACM3"}, "/dev/ttyACM3", ""},
		{[]string{"/dev/cu.usbserial-110", "/dev/cu.Bluetooth"}, "/dev/cu.usbserial-110", ""},
		{[]string{"COM4"}, "COM4", ""},
		{nil, "", "the cable carries data"},
		{[]string{"/dev/ttyS0"}, "", "driver"},
		{[]string{"/dev/ttyUSB0", "/dev/ttyUSB1"}, "", "/dev/ttyUSB0, /dev/ttyUSB1: choose one with --port"},
	} {
		port, err := onlyBoard(x.ports)
		require.Equal(t, x.want, port)
		if x.err == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, x.err)
		}
	}
	port, err := FindPort("/dev/mine")
	require.NoError(t, err)
	require.Equal(t, "/dev/mine", port)
}
