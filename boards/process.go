package boards

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// How long a started server may take to say where it listens, and how long to
// end after it was asked to.
const (
	startTimeout = 10 * time.Second
	endTimeout   = 3 * time.Second
)

// Announcement is what a server prints on a line of stdout, followed by its
// base URL, once it accepts connections.
const Announcement = "listening on "

// Process is a server that we started.
type Process struct {
	URL    string // base, without a trailing slash
	cmd    *exec.Cmd
	stdin  io.Closer
	stderr tail
	exited chan struct{}
	err    error // of Wait, once exited is closed
}

// Start runs a server and waits until it announces its URL. The server gets a
// pipe as stdin and must end when that closes: the kernel closes it when we
// die, however we die, so that no server is left behind.
func Start(ctx context.Context, command []string) (*Process, error) {
	p := &Process{exited: make(chan struct{})}
	p.cmd = exec.Command(command[0], command[1:]...)
	p.cmd.Stderr = &p.stderr
	detach(p.cmd)
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	p.stdin = stdin
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	url := make(chan string, 1)
	go p.follow(stdout, url)
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	select {
	case p.URL = <-url:
		return p, nil
	case <-p.exited:
		return nil, fmt.Errorf("%s ended before it listened: %w", strings.Join(command, " "), p.failure())
	case <-ctx.Done():
		p.End()
		return nil, fmt.Errorf("%s did not say where it listens: %w", strings.Join(command, " "), ctx.Err())
	}
}

// follow reads stdout to its end, passing on the announced URL, and reaps the process.
func (p *Process) follow(stdout io.Reader, url chan<- string) {
	lines := bufio.NewScanner(stdout)
	for lines.Scan() {
		if u, ok := strings.CutPrefix(lines.Text(), Announcement); ok {
			select {
			case url <- strings.TrimRight(u, "/"):
			default: // announced before
			}
		}
	}
	io.Copy(io.Discard, stdout) // a line too long for the scanner must not block the server
	p.err = p.cmd.Wait()
	close(p.exited)
}

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// End asks the server to end by closing its stdin, and kills it if it does not
// within 3 s. It reports a server that had died on its own.
func (p *Process) End() error {
	select {
	case <-p.exited:
		return fmt.Errorf("the server had ended by itself: %w", p.failure())
	default:
	}
	p.stdin.Close()
	select {
	case <-p.exited:
		return nil
	case <-time.After(endTimeout):
	}
	p.cmd.Process.Kill()
	<-p.exited
	return fmt.Errorf("the server did not end within %v and was killed", endTimeout)
}

// failure is why the process ended, with the last that it said.
func (p *Process) failure() error {
	err := p.err
	if err == nil {
		err = errors.New("exit status 0")
	}
	if said := p.stderr.String(); said != "" {
		return fmt.Errorf("%w; it said: %s", err, said)
	}
	return err
}

// Lifetime is done when r, the stdin of a server that [Start] started, closes.
func Lifetime(ctx context.Context, r *os.File) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		io.Copy(io.Discard, r)
		cancel()
	}()
	return ctx, cancel
}

// tail keeps the last kilobytes written to it.
type tail struct {
	mu   sync.Mutex
	kept []byte
}

func (t *tail) Write(b []byte) (int, error) {
	const most = 4 << 10
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, b...)
	if n := len(t.kept) - most; n > 0 {
		t.kept = append(t.kept[:0], t.kept[n:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(t.kept))
}
