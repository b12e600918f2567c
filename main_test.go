package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
	"github.com/stretchr/testify/require"
)

// binary is the program under test, built once.
var binary string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "httpdlab")
	if err != nil {
		panic(err)
	}
	binary = filepath.Join(dir, "httpdlab")
	build := exec.Command("go", "build", "-o", binary, ".")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(dir)
	os.Exit(code)
}

// command is one call of the program, with its output kept.
type command struct {
	*exec.Cmd
	out, err bytes.Buffer
}

func httpdlab(t *testing.T, args ...string) *command {
	c := &command{Cmd: exec.CommandContext(t.Context(), binary, args...)}
	c.Dir = t.TempDir()
	c.Stdout, c.Stderr = &c.out, &c.err
	return c
}

// code runs the command to its end and returns its exit code.
func (c *command) code(t *testing.T) int {
	err := c.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		t.Fatal(err)
	}
	return c.ProcessState.ExitCode()
}

// run is the folder of the only run below the default output folder.
func (c *command) run(t *testing.T) string {
	runs, err := filepath.Glob(filepath.Join(c.Dir, "reports/out/*/run.json"))
	require.NoError(t, err)
	require.Len(t, runs, 1, "stderr: %s", &c.err)
	return filepath.Dir(runs[0])
}

func readRun(t *testing.T, dir string) *measure.Run {
	b, err := os.ReadFile(filepath.Join(dir, measure.RunFile))
	require.NoError(t, err)
	var r measure.Run
	require.NoError(t, json.Unmarshal(b, &r))
	return &r
}

func requireReport(t *testing.T, dir string) string {
	page, err := os.ReadFile(filepath.Join(dir, "report.html"))
	require.NoError(t, err)
	require.Contains(t, string(page), "</html>")
	return string(page)
}

// The main job on the embedded default: no argument, a real server, a report.
func TestBenchDefault(t *testing.T) {
	c := httpdlab(t, "bench", "--duration", "4s")
	require.Equal(t, 0, c.code(t), "stderr: %s", &c.err)
	dir := c.run(t)
	r := readRun(t, dir)
	require.Equal(t, "host", r.Target.Board)
	require.True(t, r.Target.Simulated)
	require.Len(t, r.Phases, 5, "1, 2, 4, 7 connections, then an open loop")
	best := 0.0
	for _, p := range r.Phases[:4] {
		require.Empty(t, p.Errors)
		require.Equal(t, p.OfferedConnections, p.ServedConnections)
		require.Greater(t, p.Rate, 100.0)
		best = max(best, p.Rate)
	}
	require.InEpsilon(t, 0.4*best, r.Phases[4].OfferedRate, 0.02)
	requireReport(t, dir)
	require.Contains(t, c.out.String(), "report.html", "the path of the report is the last thing a user needs")
	require.FileExists(t, filepath.Join(c.Dir, "reports/out/index.html"))
	require.ErrorIs(t, syscall.Kill(r.Target.PID, 0), syscall.ESRCH, "the server that we started is gone")
}

// Any server, by its URL.
func TestBenchForeignServer(t *testing.T) {
	var seen atomic.Int64
	var odd atomic.Pointer[http.Request]
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/page" {
			http.NotFound(w, r)
			return
		}
		seen.Add(1)
		for name := range r.Header {
			if strings.HasPrefix(name, "X-Vegeta") {
				odd.Store(r)
			}
		}
		w.Write([]byte("hello"))
	}))
	defer s.Close()
	c := httpdlab(t, "bench", s.URL+"/page", "--connections", "3", "--duration", "2s")
	require.Equal(t, 0, c.code(t), "stderr: %s", &c.err)
	r := readRun(t, c.run(t))
	require.Len(t, r.Phases, 1)
	require.Positive(t, r.Phases[0].Requests)
	require.LessOrEqual(t, r.Phases[0].Requests, seen.Load())
	require.Nil(t, r.Phases[0].Memory, "a target that does not tell its memory")
	require.Nil(t, odd.Load(), "the load adds no fields of its own")
	requireReport(t, c.run(t))
}

// A server that dies in the middle: the report has the errors by type and second.
func TestBenchServerDies(t *testing.T) {
	var answered atomic.Int64
	s := httptest.NewUnstartedServer(nil)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if answered.Add(1) == 2000 {
			go func() {
				s.Listener.Close()
				s.CloseClientConnections()
			}()
		}
	})
	s.Start()
	defer s.Close()
	c := httpdlab(t, "bench", s.URL, "--connections", "4", "--duration", "4s")
	require.Equal(t, 1, c.code(t), "stderr: %s", &c.err)
	dir := c.run(t)
	r := readRun(t, dir)
	require.Positive(t, r.Phases[0].Errors["connect/refused"])
	samples, err := measure.ReadSeries(dir)
	require.NoError(t, err)
	seconds := 0
	for _, x := range samples {
		if x.Errors["connect/refused"] > 0 {
			seconds++
		}
	}
	require.Positive(t, seconds)
	require.Contains(t, requireReport(t, dir), "connect/refused")
}

// started waits until the run in c.Dir has at least n samples on disk.
func (c *command) started(t *testing.T, n int) (dir string) {
	require.Eventually(t, func() bool {
		files, _ := filepath.Glob(filepath.Join(c.Dir, "reports/out/*", measure.SeriesFile))
		if len(files) == 0 {
			return false
		}
		dir = filepath.Dir(files[0])
		b, _ := os.ReadFile(files[0])
		return bytes.Count(b, []byte("\n")) >= n
	}, 20*time.Second, 10*time.Millisecond)
	return dir
}

// Killed without warning, a run loses at most the last second.
func TestBenchKilled(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	c := httpdlab(t, "bench", s.URL, "--connections", "2", "--duration", "30s")
	require.NoError(t, c.Start())
	dir := c.started(t, 4)
	require.NoError(t, c.Process.Signal(syscall.SIGKILL))
	c.Wait()
	samples, err := measure.ReadSeries(dir)
	require.NoError(t, err)
	var sent int64
	for _, x := range samples {
		if !x.Warmup {
			sent += x.Requests
		}
	}

	again := httpdlab(t, "report", dir)
	require.Equal(t, 0, again.code(t), "stderr: %s", &again.err)
	require.Contains(t, requireReport(t, dir), "killed")
	r, err := measure.Load(dir)
	require.NoError(t, err)
	require.Len(t, r.Phases, 1)
	require.Equal(t, sent, r.Phases[0].Requests)
	require.Positive(t, r.Phases[0].ServiceMS.P99)
}

// Ctrl-C ends the run cleanly: what was measured is reported, the server is gone.
func TestBenchInterrupted(t *testing.T) {
	c := httpdlab(t, "bench", "--duration", "30s")
	require.NoError(t, c.Start())
	dir := c.started(t, 3)
	require.NoError(t, c.Process.Signal(syscall.SIGINT))
	c.Wait()
	require.Equal(t, 1, c.ProcessState.ExitCode(), "stderr: %s", &c.err)
	r := readRun(t, dir)
	require.NotEmpty(t, r.Interrupted)
	require.NotNil(t, r.Finished)
	require.Contains(t, requireReport(t, dir), "nterrupted")
	require.ErrorIs(t, syscall.Kill(r.Target.PID, 0), syscall.ESRCH)
}

// Assertions decide the exit code, and what was asked for can be asked for again.
func TestBenchAssertsAndReplays(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	c := httpdlab(t, "bench", s.URL, "--rate", "poisson:50", "--connections", "2", "--duration", "1s", "--seed", "5", "--json",
		"--assert", "p(99,service)<10s", "--assert", "errors<0.1%")
	require.Equal(t, 0, c.code(t), "stderr: %s", &c.err)
	var told measure.Run
	require.NoError(t, json.Unmarshal(c.out.Bytes(), &told), "stdout is one JSON document: %s", &c.out)
	require.Len(t, told.Assertions, 2)
	require.Equal(t, "poisson:50", told.Configuration.Rate)
	dir := c.run(t)
	for _, path := range []string{dir, filepath.Join(dir, measure.RunFile)} {
		again := httpdlab(t, "bench", "--replay", path)
		require.Equal(t, 0, again.code(t), "stderr: %s", &again.err)
		r := readRun(t, again.run(t))
		require.Equal(t, uint64(5), r.Configuration.Seed)
		require.Equal(t, "open-poisson-50", r.Phases[0].Name)
		require.Equal(t, told.Assertions[0].Text, r.Assertions[0].Text)
		require.NotContains(t, again.err.String(), "unlike the recorded run: kernel")
	}
	broken := httpdlab(t, "bench", s.URL, "--connections", "1", "--duration", "500ms", "--assert", "rate>1e9")
	require.Equal(t, 1, broken.code(t))
	require.Contains(t, broken.out.String(), "FAIL  rate>1e9 in closed-1")
	require.Contains(t, broken.err.String(), "1 of 1 assertions do not hold")
}

// Two servers take turns, and the folders of their runs are what compare reads.
func TestBenchAgainst(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	c := httpdlab(t, "bench", s.URL, "--against", s.URL+"/other", "--count", "2", "--connections", "1", "--duration", "300ms")
	require.Equal(t, 0, c.code(t), "stderr: %s", &c.err)
	var order []string
	for _, side := range []string{"a", "b"} {
		runs, err := filepath.Glob(filepath.Join(c.Dir, "reports/out/*-"+side, "*", measure.RunFile))
		require.NoError(t, err)
		require.Len(t, runs, 2)
		for i, name := range runs {
			r := readRun(t, filepath.Dir(name))
			require.Equal(t, side, r.Repetition.Target)
			require.Equal(t, i+1, r.Repetition.Index)
			require.Equal(t, 2, r.Repetition.Of)
			order = append(order, r.Started.Format(time.RFC3339Nano)+side)
		}
	}
	slices.Sort(order)
	for i, x := range order {
		require.True(t, strings.HasSuffix(x, []string{"a", "b"}[i%2]), "they take turns: %v", order)
	}
	require.Contains(t, c.out.String(), "compare: httpdlab compare ")
}

// A search and a soak from the command line.
func TestBenchFindsAndSoaks(t *testing.T) {
	c := httpdlab(t, "bench", "--find", "p(99)<1s", "--over", "connections", "--connections", "4", "--budget", "6s", "--assert", "best>=1")
	require.Equal(t, 0, c.code(t), "stdout: %s stderr: %s", &c.out, &c.err)
	require.Contains(t, c.out.String(), "p(99)<1s is met up to ")
	require.NotEmpty(t, readRun(t, c.run(t)).Search.Trials)
	c = httpdlab(t, "bench", "--soak", "--rounds", "8", "--settle", "50ms", "--duration", "1600ms", "--rate", "200", "--scenario", "mixed", "--size", "64")
	c.code(t) // memory of a process that has just started may be anything
	r := readRun(t, c.run(t))
	require.Contains(t, c.out.String(), "memory (")
	require.Len(t, r.Leak.Plateaus, 9)
	require.Empty(t, r.Phases[7].Errors)
}

// The help names all that can be named.
func TestBenchHelp(t *testing.T) {
	c := httpdlab(t, "bench", "--help")
	require.Equal(t, 0, c.code(t))
	words := strings.Join(strings.Fields(c.out.String()), " ")
	for _, name := range load.Scenarios {
		require.Contains(t, words, name)
	}
	for _, kind := range load.HostileKinds {
		require.Contains(t, words, string(kind))
	}
}

// mute accepts by the kernel's hand only and never answers.
func mute(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { l.Close() })
	return "http://" + l.Addr().String()
}

// unanswered is an address whose accept queue is full: the kernel drops what
// comes, as a host that is switched off would.
func unanswered(t *testing.T) string {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	require.NoError(t, err)
	t.Cleanup(func() { syscall.Close(fd) })
	require.NoError(t, syscall.Bind(fd, &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}))
	require.NoError(t, syscall.Listen(fd, 0))
	name, err := syscall.Getsockname(fd)
	require.NoError(t, err)
	addr := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	for range 8 {
		c, err := net.DialTimeout("tcp", addr, 300*time.Millisecond)
		if err != nil {
			return "http://" + addr
		}
		t.Cleanup(func() { c.Close() })
	}
	t.Fatal("the accept queue takes everything")
	return ""
}

// refusing is an address where nobody listens.
func refusing(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l.Close()
	return "http://" + l.Addr().String()
}

// Each bad input gets one clear line and exit code 2, soon.
func TestWrongInput(t *testing.T) {
	empty := t.TempDir()
	badScenario := filepath.Join(t.TempDir(), "bad.toml")
	require.NoError(t, os.WriteFile(badScenario, []byte("[[request]]\npath = \"/\"\nspeed = 11\n"), 0o644))
	for name, x := range map[string]struct {
		args []string
		says string
	}{
		"refused":          {[]string{"bench", refusing(t)}, "refused"},
		"silent":           {[]string{"bench", mute(t)}, "no response within 5s"},
		"other scheme":     {[]string{"bench", "ftp://127.0.0.1/"}, "ftp"},
		"not a URL":        {[]string{"bench", "http://[::1"}, "http://[::1"},
		"switched off":     {[]string{"bench", unanswered(t)}, "no host answers"},
		"no such host":     {[]string{"bench", "http://board.invalid/"}, "board.invalid"},
		"unknown board":    {[]string{"bench", "--board", "esp99"}, "there are: "},
		"no address":       {[]string{"bench", "--board", "esp32"}, "ADDR="},
		"dead board":       {[]string{"bench", "--board", "esp32", "--addr", refusing(t)}, "refused"},
		"URL and board":    {[]string{"bench", "--board", "host", "http://127.0.0.1/"}, "board"},
		"unknown flag":     {[]string{"bench", "--speed", "11"}, "--speed"},
		"negative rate":    {[]string{"bench", "--rate=-1"}, "rate"},
		"no rate":          {[]string{"bench", "--rate", "0"}, "above 0"},
		"huge rate":        {[]string{"bench", "--rate", "1e99"}, "rate"},
		"shapeless rate":   {[]string{"bench", "--rate", "wave:3"}, "no shape is called"},
		"wrong assertion":  {[]string{"bench", "--assert", "p99<5ms"}, `there is no "p99"`},
		"no phase":         {[]string{"bench", mute(t), "--assert", "p(99){opne}<5ms"}, "no phase is called"},
		"assert of a soak": {[]string{"bench", mute(t), "--assert", "leak<5B"}, "only a soak tells"},
		"wrong objective":  {[]string{"bench", mute(t), "--find", "rate>5"}, "search for the highest load"},
		"find what":        {[]string{"bench", mute(t), "--find", "fast"}, "--find"},
		"vary what":        {[]string{"bench", mute(t), "--find", "p(99)<1s", "--over", "size"}, "--over"},
		"short budget":     {[]string{"bench", mute(t), "--find", "p(99)<1s", "--budget", "1s"}, "5s at least"},
		"budget of what":   {[]string{"bench", mute(t), "--budget", "1m"}, "for a search"},
		"few rounds":       {[]string{"bench", mute(t), "--soak", "--rounds", "2"}, "give 8 to 500"},
		"rounds of what":   {[]string{"bench", mute(t), "--rounds", "20"}, "for a soak"},
		"huge connections": {[]string{"bench", mute(t), "--connections", "1000000"}, "10000"},
		"no count":         {[]string{"bench", mute(t), "--count", "0"}, "--count"},
		"no scenario":      {[]string{"bench", mute(t), "--scenario", "nosuch"}, "no scenario is called"},
		"no scenario file": {[]string{"bench", mute(t), "--scenario", filepath.Join(empty, "no.toml")}, "no.toml"},
		"bad scenario":     {[]string{"bench", mute(t), "--scenario", badScenario}, "bad.toml"},
		"size of what":     {[]string{"bench", mute(t), "--size", "5"}, "--scenario"},
		"wrong engine":     {[]string{"bench", mute(t), "--engine", "raw", "--scenario", "ws"}, "leave out the engine"},
		"no such engine":   {[]string{"bench", mute(t), "--engine", "wrk"}, "--engine"},
		"rude client":      {[]string{"bench", mute(t), "--hostile", "rude"}, "no hostile client is called"},
		"replay of none":   {[]string{"bench", "--replay", empty}, "run.json"},
		"replay and rate":  {[]string{"bench", "--replay", empty, "--rate", "5"}, "leave out the flags"},
		"no console":       {[]string{"bench", mute(t), "--console", filepath.Join(empty, "tty")}, "serial port"},
		"no connections":   {[]string{"bench", "--connections=-1"}, "connections"},
		"rate needs":       {[]string{"bench", "--duration=-1s"}, "duration"},
		"unknown command":  {[]string{"brench"}, "brench"},
		"no command":       {nil, "expected"},
		"report of none":   {[]string{"report", empty}, "run.json"},
		"report not there": {[]string{"report", filepath.Join(empty, "gone")}, "gone"},
		"busy port":        {[]string{"serve", "--listen", strings.TrimPrefix(mute(t), "http://")}, "in use"},
		"no port":          {[]string{"serve", "--listen", "nowhere"}, "nowhere"},
		"out is a file":    {[]string{"bench", mute(t), "--out", binary}, binary},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := httpdlab(t, x.args...)
			begin := time.Now()
			require.Equal(t, 2, c.code(t), "stdout: %s\nstderr: %s", &c.out, &c.err)
			require.Less(t, time.Since(begin), 8*time.Second)
			require.Contains(t, c.err.String(), x.says)
			require.Equal(t, 1, strings.Count(strings.TrimSpace(c.err.String()), "\n")+1, "one line, not: %s", &c.err)
			require.Empty(t, c.out.String(), "stdout is for results")
		})
	}
}
