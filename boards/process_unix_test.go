//go:build unix

package boards

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// The test binary is also the server that the tests start.
func TestMain(m *testing.M) {
	switch os.Getenv("BOARDS_TEST_SERVER") {
	case "":
		os.Exit(m.Run())
	case "good":
		fmt.Println("some banner")
		fmt.Println(Announcement + "http://127.0.0.1:4711/")
		fmt.Println(strings.Repeat("x", 1<<20)) // must not block on a pipe that nobody reads
		io.Copy(io.Discard, os.Stdin)
	case "dies":
		fmt.Fprintln(os.Stderr, "bind: address already in use")
		os.Exit(3)
	case "mute":
		io.Copy(io.Discard, os.Stdin)
	case "stubborn":
		fmt.Println(Announcement + "http://127.0.0.1:4711")
		select {}
	case "parent": // starts a server and is then killed
		p, err := Start(context.Background(), serverNamed("good"))
		if err != nil {
			panic(err)
		}
		fmt.Println(Announcement+p.URL, p.PID())
		select {}
	}
}

func serverNamed(kind string) []string {
	return []string{"/usr/bin/env", "BOARDS_TEST_SERVER=" + kind, os.Args[0]}
}

func alive(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func TestStartAndEnd(t *testing.T) {
	p, err := Start(t.Context(), serverNamed("good"))
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:4711", p.URL)
	require.True(t, alive(p.PID()))
	require.NoError(t, p.End())
	require.False(t, alive(p.PID()))
}

func TestStartServerThatDies(t *testing.T) {
	_, err := Start(t.Context(), serverNamed("dies"))
	require.ErrorContains(t, err, "address already in use", "the user must see why")
	require.ErrorContains(t, err, "exit status 3")
}

func TestStartNoSuchProgram(t *testing.T) {
	_, err := Start(t.Context(), []string{"/nonexistent/httpdlab"})
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestStartServerThatNeverAnnounces(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err := Start(ctx, serverNamed("mute"))
	require.ErrorContains(t, err, "did not say where it listens")
}

func TestEndReportsADeathOfItsOwn(t *testing.T) {
	p, err := Start(t.Context(), serverNamed("stubborn"))
	require.NoError(t, err)
	require.NoError(t, syscall.Kill(p.PID(), syscall.SIGKILL))
	<-p.exited
	require.ErrorContains(t, p.End(), "signal: killed")
}

// A server must not outlive us, even when nobody could ask it to end.
func TestServerEndsWhenItsParentIsKilled(t *testing.T) {
	parent, err := Start(t.Context(), serverNamed("parent"))
	require.NoError(t, err)
	var url string
	var child int
	_, err = fmt.Sscan(parent.URL, &url, &child)
	require.NoError(t, err)
	require.True(t, alive(child))
	require.NoError(t, syscall.Kill(parent.PID(), syscall.SIGKILL))
	require.Eventually(t, func() bool { return !alive(child) || zombie(child) }, 10*time.Second, 10*time.Millisecond)
}

// zombie reports a process that ended and that its new parent has not reaped.
func zombie(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	_, state, _ := strings.Cut(string(stat), ") ")
	return err != nil || strings.HasPrefix(state, "Z")
}

func TestOpen(t *testing.T) {
	host, err := Load("host")
	require.NoError(t, err)
	esp32, err := Load("esp32")
	require.NoError(t, err)

	for addr, want := range map[string]string{
		"192.168.4.1":              "http://192.168.4.1/hello",
		"192.168.4.1:8080":         "http://192.168.4.1:8080/hello",
		"http://board.local/":      "http://board.local/hello",
		"https://board.local/info": "https://board.local/info",
		"[fe80::1]:80":             "http://[fe80::1]:80/hello",
	} {
		target, err := esp32.Open(t.Context(), addr, nil)
		require.NoError(t, err)
		require.Equal(t, want, target.URL)
		require.NoError(t, target.Close())
	}
	for _, addr := range []string{"http://", "a b", ":80", "http://[::1"} {
		_, err := esp32.Open(t.Context(), addr, nil)
		require.ErrorContains(t, err, "is not a host", addr)
	}

	target, err := host.Open(t.Context(), "", serverNamed("good"))
	require.NoError(t, err)
	require.Equal(t, "http://127.0.0.1:4711/hello", target.URL)
	require.Positive(t, target.PID)
	require.NoError(t, target.Close())
	require.False(t, alive(target.PID))
}
