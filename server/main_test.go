package server

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// childVariable makes the test program a server of its own, whose memory and time can be told from the clients'.
const childVariable = "HTTPDLAB_TEST_SERVER"

func TestMain(m *testing.M) {
	if engine := os.Getenv(childVariable); engine != "" {
		serveAsChild(engine)
		return
	}
	if role := os.Getenv(clientsVariable); role != "" {
		clientsAsChild(role)
		return
	}
	before := runtime.NumGoroutine()
	code := m.Run()
	// No goroutine outlives the tests.
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before && code == 0 {
		fmt.Fprintf(os.Stderr, "%d goroutines left behind by the tests:\n", n-before)
		pprof.Lookup("goroutine").WriteTo(os.Stderr, 1)
		code = 1
	}
	os.Exit(code)
}

// serveAsChild prints the server's address and serves until standard input ends.
func serveAsChild(engine string) {
	cfg := DefaultConfig()
	cfg.Addr = "127.0.0.1:0"
	cfg.Backlog = 65535
	for _, option := range os.Args[1:] {
		name, value, _ := strings.Cut(option, "=")
		switch name {
		case "nofile":
			n, _ := strconv.ParseUint(value, 10, 32)
			syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: n, Max: n})
		case "purge":
			cfg.LRUPurge = value == "true"
		}
	}
	if engine == EnginePortable.String() {
		cfg.Engine = EnginePortable
	}
	s, err := New(cfg)
	if err == nil {
		err = registerForChild(s)
	}
	if err == nil {
		err = s.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Addr())
	io.Copy(io.Discard, os.Stdin)
}

func registerForChild(s *Server) error {
	huge := make([]byte, 10<<20)
	for _, u := range []URI{
		get("/", says("Hello, World!")),
		post("/echo", echo),
		endpoint(WebSocket{Handler: wsEcho}),
		get("/huge", func(r *Request) error { return r.Send(huge) }),
		{Path: "/sleep", Method: "GET", Blocking: true, Handler: func(r *Request) error {
			select {
			case <-time.After(5 * time.Second):
			case <-r.Gone():
			}
			return r.SendString("awake")
		}},
		get("/settled", func(r *Request) error {
			runtime.GC()
			return r.SendString(fmt.Sprint(s.OpenSockets(), " ", runtime.NumGoroutine()))
		}),
	} {
		if err := s.Register(u); err != nil {
			return err
		}
	}
	return nil
}

// A child is a server in a process of its own.
type child struct {
	t    testing.TB
	addr string
	pid  int
}

func startChild(t testing.TB, e Engine) *child { return startChildWith(t, e) }

// startChildWith starts a child with options: nofile=N limits its descriptors, purge=false sets Config.LRUPurge.
func startChildWith(t testing.TB, e Engine, options ...string) *child {
	if runtime.GOOS != "linux" {
		t.Skip("needs /proc")
	}
	pid, line, _ := startSelf(t, childVariable+"="+e.String(), options...)
	return &child{t, line, pid}
}

// startSelf starts this test program in another role, says what its first line of output was, and how to end it before
// the test ends.
func startSelf(t testing.TB, role string, args ...string) (pid int, line string, end func()) {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), role)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	require.NoError(t, err)
	stdout, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	end = sync.OnceFunc(func() {
		stdin.Close()
		require.NoError(t, cmd.Wait())
	})
	t.Cleanup(end)
	line, err = bufio.NewReader(stdout).ReadString('\n')
	require.NoError(t, err)
	return cmd.Process.Pid, strings.TrimSpace(line), end
}

// memory returns the process's own resident memory in bytes.
func (c *child) memory() int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.pid))
	require.NoError(c.t, err)
	_, rest, found := strings.Cut(string(status), "RssAnon:")
	require.True(c.t, found)
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	require.NoError(c.t, err)
	return n << 10
}

// cpu returns the process's time on processors in clock ticks of 10 ms.
func (c *child) cpu() int {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.pid))
	require.NoError(c.t, err)
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')'):]))
	user, _ := strconv.Atoi(fields[12])
	system, _ := strconv.Atoi(fields[13])
	return user + system
}
