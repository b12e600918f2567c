package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// smallDisk names the folder on which the test binary, run as another process,
// mounts a disk that is soon full.
const smallDisk = "HTTPDLAB_BENCH_DISK"

func init() {
	children["disk"] = func() {
		if err := fillDisk(os.Getenv(smallDisk)); err != nil {
			fmt.Println(err)
			if errors.Is(err, os.ErrPermission) {
				os.Exit(3)
			}
			os.Exit(1)
		}
	}
}

// diskOutcome is what that process tells.
type diskOutcome struct {
	Run    *measure.Run
	Loaded *measure.Run
	Lines  int
	Kinds  []string
}

// fillDisk makes a run on a disk that is full from its second second on, until
// its eighth unless it stays full.
func fillDisk(dir string) error {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=900k"); err != nil {
		return fmt.Errorf("mount a small disk: %w", err)
	}
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	filler := filepath.Join(dir, "filler")
	time.AfterFunc(1500*time.Millisecond, func() {
		f, err := os.Create(filler)
		for b := make([]byte, 1000); err == nil; {
			_, err = f.Write(b)
		}
		for b := make([]byte, 1); err == nil; {
			_, err = f.Write(b)
		}
		f.Close()
	})
	if os.Getenv(smallDisk+"_STAYS") == "" {
		time.AfterFunc(7500*time.Millisecond, func() { os.Remove(filler) })
	}
	r, err := Run(context.Background(), Options{URL: s.URL, Dir: dir + "/run", Connections: 1, Duration: 12 * time.Second})
	if err != nil {
		return err
	}
	loaded, err := measure.Load(dir + "/run")
	if err != nil {
		return err
	}
	series, err := measure.ReadSeries(dir + "/run")
	if err != nil {
		return err
	}
	if _, err := measure.ReadLatencies(dir + "/run"); err != nil {
		return err
	}
	o := diskOutcome{Run: r, Loaded: loaded, Lines: len(series)}
	for _, e := range loaded.Events {
		o.Kinds = append(o.Kinds, e.Kind)
	}
	return json.NewEncoder(os.Stdout).Encode(o)
}

// onSmallDisk runs fillDisk in a mount namespace of its own.
func onSmallDisk(t *testing.T, stays bool) (o diskOutcome) {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childURL+"=disk", smallDisk+"="+t.TempDir())
	if stays {
		c.Env = append(c.Env, smallDisk+"_STAYS=1")
	}
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := c.Output()
	if err != nil {
		if failed, ok := err.(*exec.ExitError); !ok || failed.ExitCode() == 3 {
			t.Skipf("this system lets nobody mount a disk of their own: %v %s", err, out)
		}
		t.Fatalf("%v: %s", err, out)
	}
	require.NoError(t, json.Unmarshal(out, &o))
	return o
}

// A disk that is full for a while costs lines of the logs, with a mark where it
// began and ended, and nothing of the totals.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	o := onSmallDisk(t, false)
	require.Equal(t, []string{"disk-full", "disk-back"}, o.Kinds)
	require.Positive(t, o.Loaded.LostLines)
	require.Empty(t, o.Loaded.Interrupted)
	require.Equal(t, o.Run.Phases, o.Loaded.Phases)
	require.InDelta(t, 12000, o.Loaded.Phases[0].EndMS-o.Loaded.Phases[0].StartMS, 3000)
	require.Greater(t, o.Lines, 3)
}

// On a disk that stays full, the run's end finds the room that was put by.
func TestDiskStaysFull(t *testing.T) {
	t.Parallel()
	o := onSmallDisk(t, true)
	require.Equal(t, []string{"disk-full"}, o.Kinds)
	require.NotNil(t, o.Loaded.Finished)
	require.Equal(t, o.Run.Phases, o.Loaded.Phases)
	require.Greater(t, o.Loaded.LostLines, int64(2))
}
