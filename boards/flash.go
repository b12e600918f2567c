package boards

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// FlashOptions say what to put on which board.
type FlashOptions struct {
	Board   *Profile
	Port    string // "": the only USB serial port
	Baud    int    // of the transfer, 0: 460800
	Project string // folder of the ESP-IDF project, "": boards/firmware
	Image   string // a merged image to write at 0 instead of building the project
}

const (
	flashBaud    = 460800
	flashProject = "boards/firmware"
	// flashEnd is how long idf.py or esptool may take to end after an interrupt.
	flashEnd = 3 * time.Second
)

// ErrMissing says that a program or file that flashing needs is not there.
var ErrMissing = errors.New("missing")

// Flash builds the firmware and writes it to a board, by idf.py; without that,
// it writes what was built before, or Image, by esptool. Progress goes to w.
func Flash(ctx context.Context, w io.Writer, o FlashOptions) error {
	if o.Board.Simulated || o.Board.Chip.Target == "" {
		return fmt.Errorf("flash board %q: it is no chip (its profile has no chip.target, or is simulated)", o.Board.Name)
	}
	if o.Baud == 0 {
		o.Baud = flashBaud
	}
	if o.Project == "" {
		o.Project = flashProject
	}
	cmd, err := o.command(ctx)
	if err == nil {
		// Looked for last: what is missing on this machine can be put right without a board.
		err = o.connect(cmd)
	}
	if err != nil {
		return fmt.Errorf("flash board %q: %w", o.Board.Name, err)
	}
	if err := runWithProgress(w, cmd); err != nil {
		return fmt.Errorf("flash board %q on %s: %w", o.Board.Name, o.Port, err)
	}
	fmt.Fprintf(w, "board %s on %s is flashed; see it start: httpdlab boards monitor --port %s\n", o.Board.Name, o.Port, o.Port)
	return nil
}

// portArgument stands for the port until it is known.
const portArgument = "PORT"

func (o *FlashOptions) connect(cmd *exec.Cmd) (err error) {
	if o.Port, err = FindPort(o.Port); err != nil {
		return err
	}
	if _, err := os.Stat(o.Port); errors.Is(err, fs.ErrNotExist) && filepath.Separator == '/' {
		return fmt.Errorf("there is no serial port %s: check the cable, the driver and the name", o.Port)
	}
	for i, a := range cmd.Args {
		if a == portArgument {
			cmd.Args[i] = o.Port
		}
	}
	return nil
}

// command chooses the program.
func (o *FlashOptions) command(ctx context.Context) (*exec.Cmd, error) {
	baud := strconv.Itoa(o.Baud)
	if o.Image != "" {
		if _, err := os.Stat(o.Image); err != nil {
			return nil, fmt.Errorf("%w: the image: %w", ErrMissing, err)
		}
		return o.esptool(ctx, "", baud, "0x0", o.Image)
	}
	if idf, err := exec.LookPath("idf.py"); err == nil {
		if err := o.checkTarget(); err != nil {
			return nil, err
		}
		return command(ctx, idf, "-C", o.Project, "-p", portArgument, "-b", baud, "flash"), nil
	}
	build := filepath.Join(o.Project, "build")
	if _, err := os.Stat(filepath.Join(build, "flash_args")); err != nil {
		return nil, fmt.Errorf("%w: idf.py is not on the PATH, so that nothing can be built: install ESP-IDF v5.2 or later and run its export script", ErrMissing)
	}
	if err := o.checkTarget(); err != nil {
		return nil, err
	}
	return o.esptool(ctx, build, baud, "@flash_args")
}

// esptool writes files, given as offsets and names, from a folder.
func (o *FlashOptions) esptool(ctx context.Context, dir, baud string, files ...string) (*exec.Cmd, error) {
	for _, name := range []string{"esptool.py", "esptool"} {
		if path, err := exec.LookPath(name); err == nil {
			args := []string{"--chip", o.Board.Chip.Target, "--port", portArgument, "--baud", baud, "write_flash"}
			cmd := command(ctx, path, append(args, files...)...)
			cmd.Dir = dir
			return cmd, nil
		}
	}
	return nil, fmt.Errorf("%w: esptool is not on the PATH: run the IDF's export script, or pip install esptool", ErrMissing)
}

func command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = flashEnd
	return cmd
}

var targetLine = regexp.MustCompile(`(?m)^CONFIG_IDF_TARGET="(.*)"$`)

// checkTarget refuses to build for another chip than the board's: choosing one
// throws the project's configuration away, which is not ours to do.
func (o *FlashOptions) checkTarget() error {
	advice := fmt.Sprintf("choose it, and the network, by: idf.py -C %s set-target %s menuconfig", o.Project, o.Board.Chip.Target)
	text, err := os.ReadFile(filepath.Join(o.Project, "sdkconfig"))
	if errors.Is(err, fs.ErrNotExist) {
		if _, err := os.Stat(filepath.Join(o.Project, "CMakeLists.txt")); err != nil {
			return fmt.Errorf("%w: there is no ESP-IDF project in %s: give its folder with --project", ErrMissing, o.Project)
		}
		return fmt.Errorf("%w: the project in %s was not configured for a chip; %s", ErrMissing, o.Project, advice)
	}
	if err != nil {
		return err
	}
	if m := targetLine.FindSubmatch(text); m == nil || string(m[1]) != o.Board.Chip.Target {
		has := "no chip"
		if m != nil {
			has = string(m[1])
		}
		return fmt.Errorf("the project in %s is configured for %s, the board has %s; %s", o.Project, has, o.Board.Chip.Target, advice)
	}
	return nil
}

// runWithProgress runs idf.py or esptool and shows how far it is.
func runWithProgress(w io.Writer, cmd *exec.Cmd) error {
	var said tail
	out := &progress{w: w, all: &said}
	cmd.Stdout, cmd.Stderr = out, out
	err := cmd.Run()
	out.end()
	if err != nil {
		return fmt.Errorf("%s: %w; %s; it said: %s", filepath.Base(cmd.Path), err, flashAdvice(said.String()), lastLines(said.String(), 5))
	}
	return nil
}

// lastLines returns the last n lines of a text, as one.
func lastLines(text string, n int) string {
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
	return strings.Join(lines[max(0, len(lines)-n):], " | ")
}

// flashAdvice says what to do about the failures that everybody meets.
func flashAdvice(said string) string {
	for _, x := range []struct{ sign, advice string }{
		{"Permission denied", "you may not use the port: join its group, e.g. sudo usermod -aG dialout $USER, and log in again"},
		{"Could not open", "the port cannot be opened: check the cable and that no monitor has it open"},
		{"port is busy", "another program has the port open, perhaps idf.py monitor: end that"},
		{"No serial data received", "the chip does not answer: hold BOOT, press RESET, and try again"},
		{"Failed to connect", "the chip does not answer: hold BOOT, press RESET, and try again"},
		{"Wrong chip", "another chip is on that port: choose its board with --board"},
		{"This chip is", "another chip is on that port: choose its board with --board"},
		{"ninja: build stopped", "the firmware does not build: see idf.py build"},
		{"CMake Error", "the firmware cannot be configured: see idf.py reconfigure"},
		{"will not fit", "the firmware is larger than the flash partition: choose another in menuconfig"},
	} {
		if strings.Contains(said, x.sign) {
			return x.advice
		}
	}
	return "run it by hand to see more"
}

// progress picks from what the tools print how far they are: ninja's
// [12/873] and esptool's (12 %).
type progress struct {
	w    io.Writer
	all  io.Writer // gets everything
	line []byte
	last string
}

var (
	buildStep = regexp.MustCompile(`^\[(\d+)/(\d+)\]`)
	writeStep = regexp.MustCompile(`Writing at (0x[0-9a-fA-F]+)[^%]*?(\d+)(?:\.\d+)? ?%`)
)

func (p *progress) Write(b []byte) (int, error) {
	p.all.Write(b)
	for _, c := range b {
		if c == '\n' || c == '\r' {
			p.see()
			p.line = p.line[:0]
		} else if len(p.line) < maxLine {
			p.line = append(p.line, c)
		}
	}
	return len(b), nil
}

// see shows a step, each tenth of the way once.
func (p *progress) see() {
	line := string(bytes.TrimSpace(p.line))
	step := ""
	if m := buildStep.FindStringSubmatch(line); m != nil {
		n, _ := strconv.Atoi(m[1])
		all, _ := strconv.Atoi(m[2])
		step = fmt.Sprintf("building: %d %%", 100*n/max(all, 1)/10*10)
	} else if m := writeStep.FindStringSubmatch(line); m != nil {
		n, _ := strconv.Atoi(m[2])
		step = fmt.Sprintf("writing: %d %%", n/10*10)
	}
	if step != "" && step != p.last {
		p.last = step
		fmt.Fprintln(p.w, step)
	}
}

func (p *progress) end() {
	if len(p.line) > 0 {
		p.see()
	}
}
