package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// process is a program that we started, in a process group of its own.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // why it ended; read after ended
	said  *tail
}

// start runs a command on one core. If this program dies, so does the process.
func start(core int, command []string, in io.Reader, out io.Writer) (*process, error) {
	p := &process{cmd: exec.Command(command[0], command[1:]...), ended: make(chan struct{}), said: &tail{}}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = in, out, p.said
	if out == nil {
		p.cmd.Stdout = p.said
	}
	p.cmd.WaitDelay = time.Second
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	started := make(chan error, 1)
	go func() {
		// A process inherits the core of the thread that starts it, and
		// gets its signal when that thread ends, so the thread stays.
		runtime.LockOSThread()
		var set unix.CPUSet
		set.Set(core)
		err := unix.SchedSetaffinity(0, &set)
		if err == nil {
			err = p.cmd.Start()
		}
		started <- err
		if err == nil {
			p.err = p.cmd.Wait()
		}
		close(p.ended)
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s on core %d: %w", command[0], core, err)
	}
	return p, nil
}

// end ends the process and all that it started, at once if it does not go by itself.
func (p *process) end() {
	group := -p.cmd.Process.Pid
	syscall.Kill(group, syscall.SIGTERM)
	select {
	case <-p.ended:
	case <-time.After(2 * time.Second):
	}
	syscall.Kill(group, syscall.SIGKILL)
	<-p.ended
}

// wait returns when the process has ended by itself; ctx ends it.
func (p *process) wait(ctx context.Context) error {
	select {
	case <-p.ended:
	case <-ctx.Done():
		p.end()
		return context.Cause(ctx)
	}
	if p.err != nil {
		return errors.New(p.reason())
	}
	return nil
}

// reason is why the process ended, in its own words if it had any.
func (p *process) reason() string {
	if said := strings.TrimSpace(p.said.String()); said != "" {
		return said
	}
	return fmt.Sprint(p.err)
}

// listening waits until the process takes connections.
func (p *process) listening(ctx context.Context, address string) error {
	limit, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	for tick := time.NewTicker(5 * time.Millisecond); ; {
		c, err := net.DialTimeout("tcp", address, time.Second)
		if err == nil {
			tick.Stop()
			return c.Close()
		}
		select {
		case <-p.ended:
			return fmt.Errorf("it ended: %s", p.reason())
		case <-limit.Done():
			return fmt.Errorf("it takes no connection at %s: %w", address, err)
		case <-tick.C:
		}
	}
}

// freePort is a port that nobody listens on.
func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// tail keeps the end of what was written to it.
type tail struct{ bytes.Buffer }

func (t *tail) Write(b []byte) (int, error) {
	t.Buffer.Write(b)
	if over := t.Len() - 2000; over > 0 {
		t.Next(over)
	}
	return len(b), nil
}

// dieWithParent makes the end of `go run`, which forwards no signal, our own.
func dieWithParent() error {
	if err := unix.Prctl(unix.PR_SET_PDEATHSIG, uintptr(syscall.SIGTERM), 0, 0, 0); err != nil {
		return fmt.Errorf("ask for a signal when the parent ends: %w", err)
	}
	return nil
}
