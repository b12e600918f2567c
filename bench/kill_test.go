package bench

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// The test binary runs itself as another process when this is in its
// environment: "serve" is a server, a URL is a run against it.
const (
	childURL = "HTTPDLAB_BENCH_CHILD"
	childDir = "HTTPDLAB_BENCH_DIR"
)

// children are what other processes may be, besides.
var children = map[string]func(){}

func child(url string) {
	if other := children[url]; other != nil {
		other()
		os.Exit(0)
	}
	if url == "serve" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		fmt.Println(l.Addr())
		http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/" {
				fmt.Fprint(w, "hello")
			} else {
				http.NotFound(w, r)
			}
		}))
		os.Exit(0)
	}
	_, err := Run(context.Background(), Options{URL: url, Dir: os.Getenv(childDir)})
	fmt.Println(err)
	os.Exit(1) // the parent kills it long before
}

// start runs the test binary as another process, which is killed with the test.
func start(t *testing.T, url, dir string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childURL+"="+url, childDir+"="+dir)
	c.Stderr = os.Stderr
	t.Cleanup(func() {
		if c.ProcessState == nil {
			c.Process.Kill()
			c.Wait()
		}
	})
	return c
}

// startServer returns a server process and its address.
func startServer(t *testing.T) (*exec.Cmd, string) {
	t.Helper()
	c := start(t, "serve", "")
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	var address string
	_, err = fmt.Fscan(out, &address)
	require.NoError(t, err)
	return c, address
}

// A run that is killed with SIGKILL loses the second under way and no more.
func TestKilledRun(t *testing.T) {
	b := newBoard(t, nil)
	dir := filepath.Join(t.TempDir(), "run")
	c := start(t, b.URL+"/hello", dir)
	require.NoError(t, c.Start())
	counted := func() (n int) {
		series, _ := measure.ReadSeries(dir)
		for _, x := range series {
			if x.Phase != "" && !x.Warmup {
				n++
			}
		}
		return n
	}
	require.Eventually(t, func() bool { return counted() >= 2 }, 20*time.Second, 20*time.Millisecond)
	require.NoError(t, c.Process.Kill())
	c.Wait()
	r, err := measure.Load(dir)
	require.NoError(t, err)
	require.Equal(t, measure.Killed, r.Interrupted)
	p := r.Phases[len(r.Phases)-1]
	require.Greater(t, p.Requests, int64(100))
	require.Greater(t, p.Rate, 0.0)
	require.Greater(t, p.ServiceMS.P99, 0.0)
	require.GreaterOrEqual(t, p.EndMS-p.StartMS, 1900.0)
	require.False(t, p.Trust.OK)
}

// The process that we started and watch is told apart from a target that may
// come back: when it is gone, the rest of the plan is left out.
func TestServerProcessEnds(t *testing.T) {
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("this system has no /proc")
	}
	server, address := startServer(t)
	o := options(t, "http://"+address+"/")
	o.PID, o.Duration = server.Process.Pid, 21*time.Second
	timer := time.AfterFunc(2200*time.Millisecond, func() { server.Process.Kill() })
	defer timer.Stop()
	began := time.Now()
	r, err := Run(context.Background(), o)
	require.NoError(t, err)
	require.Less(t, time.Since(began), 5*time.Second)
	require.Contains(t, r.Interrupted, fmt.Sprintf("the server process (PID %d) ended", o.PID))
	require.Len(t, r.Phases, 1)
	require.Contains(t, kinds(t, o.Dir), "exited")
	p := r.Phases[0]
	require.Equal(t, "rss", p.Memory.Source)
	require.Greater(t, p.Memory.Max, int64(1<<20))
	require.Greater(t, p.TargetCPU, 0.01)
}
