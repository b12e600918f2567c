//go:build unix

package boards

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// desk has a project, a port and the programs that a test puts there.
type desk struct {
	t                 *testing.T
	programs, project string
	out               bytes.Buffer
	options           FlashOptions
}

func newDesk(t *testing.T) *desk {
	dir := t.TempDir()
	d := &desk{t: t, programs: filepath.Join(dir, "bin"), project: filepath.Join(dir, "project")}
	require.NoError(t, os.MkdirAll(filepath.Join(d.project, "build"), 0o755))
	require.NoError(t, os.MkdirAll(d.programs, 0o755))
	d.put("port", "")
	board, err := Load("esp32c3")
	require.NoError(t, err)
	d.options = FlashOptions{Board: board, Port: filepath.Join(d.project, "port"), Project: d.project}
	t.Setenv("PATH", d.programs)
	return d
}

func (d *desk) put(name, text string) {
	require.NoError(d.t, os.WriteFile(filepath.Join(d.project, name), []byte(text), 0o644))
}

// program puts a shell script on the PATH.
func (d *desk) program(name, script string) {
	require.NoError(d.t, os.WriteFile(filepath.Join(d.programs, name), []byte("#!/bin/sh\n"+script), 0o755))
}

func (d *desk) configure(target string) {
	d.put("CMakeLists.txt", "")
	d.put("sdkconfig", "# x\nCONFIG_IDF_TARGET=\""+target+"\"\nCONFIG_X=y\n")
}

func (d *desk) flash() error { return Flash(d.t.Context(), &d.out, d.options) }

func TestFlashByIDF(t *testing.T) {
	d := newDesk(t)
	d.configure("esp32c3")
	d.program("idf.py", `echo "ARGS $*" > "$2/called"
echo "Executing action: flash"
for n in 1 50 100; do echo "[$n/100] Building C object"; done
echo "Writing at 0x00010000... (7 %)"
printf 'Writing at 0x00020000... (55 %%)\rWriting at 0x00030000... (100 %%)\n'
echo "Hash of data verified."
`)
	require.NoError(t, d.flash())
	called, err := os.ReadFile(filepath.Join(d.project, "called"))
	require.NoError(t, err)
	require.Equal(t, "ARGS -C "+d.project+" -p "+d.options.Port+" -b 460800 flash\n", string(called))
	for _, step := range []string{"building: 0 %\nbuilding: 50 %\nbuilding: 100 %\nwriting: 0 %\nwriting: 50 %\nwriting: 100 %\n", "boards monitor --port " + d.options.Port} {
		require.Contains(t, d.out.String(), step)
	}
}

func TestFlashByEsptool(t *testing.T) {
	d := newDesk(t)
	d.configure("esp32c3")
	d.put("build/flash_args", "--flash_mode dio\n0x0 bootloader.bin\n")
	d.program("esptool", `echo "$PWD: $*" > called
echo "Writing at 0x00010000 [=====>                        ]  33.4% 1024/3072 bytes..."
`)
	require.NoError(t, d.flash())
	called, err := os.ReadFile(filepath.Join(d.project, "build", "called"))
	require.NoError(t, err)
	require.Contains(t, string(called), "--chip esp32c3 --port "+d.options.Port+" --baud 460800 write_flash @flash_args")
	require.Contains(t, d.out.String(), "writing: 30 %")

	d.options.Image, d.options.Baud = filepath.Join(d.project, "port"), 115200
	t.Chdir(t.TempDir())
	require.NoError(t, d.flash())
	called, err = os.ReadFile("called")
	require.NoError(t, err)
	require.Contains(t, string(called), "--baud 115200 write_flash 0x0 "+d.options.Image)
}

// What is missing is named, with the way to get it.
func TestFlashMissing(t *testing.T) {
	d := newDesk(t)
	wants := func(what string) {
		err := d.flash()
		require.ErrorIs(t, err, ErrMissing)
		require.ErrorContains(t, err, what)
		require.NotContains(t, err.Error(), "\n")
	}
	wants("idf.py is not on the PATH")
	d.program("idf.py", "exit 9\n")
	wants("no ESP-IDF project")
	d.put("CMakeLists.txt", "")
	wants("set-target esp32c3 menuconfig")
	d.configure("esp32s3")
	require.ErrorContains(t, d.flash(), "is configured for esp32s3, the board has esp32c3")
	d.configure("esp32c3")
	d.options.Port += "7"
	require.ErrorContains(t, d.flash(), "check the cable")

	d.options.Image = "no.bin"
	wants("no.bin")
	d.options.Image = filepath.Join(d.project, "port")
	wants("pip install esptool")

	twin, err := Load("esp32-twin")
	require.NoError(t, err)
	d.options.Board = twin
	require.ErrorContains(t, d.flash(), "it is no chip")
}

// A failure is answered with what to do, and the tool's last words.
func TestFlashFails(t *testing.T) {
	for said, advice := range map[string]string{
		"A fatal error occurred: Failed to connect to ESP32-C3: No serial data received.":   "hold BOOT",
		"A fatal error occurred: This chip is ESP32-S3, not ESP32-C3. Wrong chip argument?": "choose its board with --board",
		"[Errno 13] could not open port: Permission denied: '/dev/ttyUSB0'":                 "dialout",
		"ninja: build stopped: subcommand failed.":                                          "see idf.py build",
		"something else": "run it by hand",
	} {
		d := newDesk(t)
		d.configure("esp32c3")
		d.program("idf.py", "echo \""+said+"\" >&2\nexit 2\n")
		err := d.flash()
		require.ErrorContains(t, err, advice)
		require.ErrorContains(t, err, said)
		require.ErrorContains(t, err, "exit status 2")
		require.NotContains(t, d.out.String(), "is flashed")
	}
}

// Ctrl-C reaches the tool, which may clean up.
func TestFlashInterrupted(t *testing.T) {
	d := newDesk(t)
	d.configure("esp32c3")
	d.program("idf.py", "trap 'echo bye; exit 5' INT\necho '[1/2] x'\nwhile :; do :; done\n")
	ctx, cancel := context.WithCancel(t.Context())
	started := writerFunc(func(p []byte) (int, error) { cancel(); return len(p), nil })
	start := time.Now()
	err := Flash(ctx, started, d.options)
	require.Error(t, err)
	require.ErrorContains(t, err, "bye")
	require.Less(t, time.Since(start), 20*time.Second)
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

func TestShowInfo(t *testing.T) {
	p, err := Load("host")
	require.NoError(t, err)
	target, err := p.Open(t.Context(), serveBoard(t, "host"), nil)
	require.NoError(t, err)
	var b bytes.Buffer
	require.NoError(t, ShowInfo(t.Context(), &b, target))
	require.Regexp(t, `(?m)^board +host$`, b.String())
	require.Regexp(t, `(?m)^it is +simulated$`, b.String())
	require.Regexp(t, `(?m)^heap free +\d{6,}$`, b.String())
	require.Regexp(t, `(?m)^channel +-$`, b.String())

	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, l.Close())
	nobody, err := p.Open(t.Context(), l.Addr().String(), nil)
	require.NoError(t, err)
	err = ShowInfo(t.Context(), &b, nobody)
	require.ErrorContains(t, err, "check its power")
	var refused *net.OpError
	require.True(t, errors.As(err, &refused))

	u := strings.Replace(target.URL, "/hello", "", 1)
	err = (&Target{Board: p, URL: u}).ask(t.Context(), "/nothing", nil)
	require.ErrorContains(t, err, "404")
	err = (&Target{Board: p, URL: u}).ask(t.Context(), "/hello", new(Info))
	require.ErrorContains(t, err, "board contract")
}
