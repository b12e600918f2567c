package conformance

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// Command is `httpdlab conform`, as the command line fills it in.
type Command struct {
	What []string `arg:"" optional:"" name:"what" help:"URLs of servers to check, and suites, sections or cases to check them by: rfc9112/3.2 http://192.168.4.1, autobahn/7.9.3 ws://192.168.4.1/ws"`

	Case        []string      `sep:"none" placeholder:"ID" help:"Case, section or suite to check by, as if it were an argument."`
	List        bool          `help:"List the cases instead of running them."`
	Strict      bool          `help:"Count WEAK as a failure."`
	JSON        string        `name:"json" placeholder:"FILE" help:"Write everything, with every byte, as JSON."`
	JUnit       string        `name:"junit" placeholder:"FILE" help:"Write a JUnit report."`
	HTML        string        `name:"html" placeholder:"FILE" help:"Write a page."`
	Timeout     time.Duration `placeholder:"D" help:"Longest wait for an answer; the target's own speed lowers it."`
	Jobs        int           `placeholder:"N" help:"Cases at once."`
	Profile     string        `placeholder:"mcu" help:"mcu: a chip with few sockets, a small head and no clock."`
	Path        string        `placeholder:"/ws" help:"WebSocket: the resource that sends messages back; otherwise the URL's path, /ws or /."`
	Subprotocol string        `placeholder:"NAME" help:"WebSocket: the subprotocol to offer."`
	Insecure    bool          `help:"https, wss: do not verify the certificate."`
	Slow        bool          `help:"Run also what takes minutes: full-size loads."`

	MaxHead int `placeholder:"N" help:"The target's limit of a request head in bytes, if it declares one."`
	MaxURI  int `placeholder:"N" help:"The target's limit of a request target in bytes, if it declares one."`
}

// ErrFailed says that a target failed a case, or was lost on the way: exit code 1.
var ErrFailed = errors.New("not conformant")

// Run checks and writes what came of it: for people to stdout, for programs into the files named.
func (c *Command) Run(ctx context.Context) error {
	c.What, c.Case = append(c.What, c.Case...), nil
	o := c.options()
	if c.List {
		cases, err := o.Cases()
		if err != nil {
			return err
		}
		return WriteList(os.Stdout, cases)
	}
	if err := c.writable(); err != nil {
		return err
	}
	p := newProgress(os.Stderr, o)
	o.Done = p.show
	result, err := Run(ctx, o)
	p.end()
	if err != nil && len(result.Reports) == 0 {
		return err
	}
	if err := errors.Join(err, WriteText(os.Stdout, result), c.write(result)); err != nil {
		return err // of several targets some may have been checked
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w: interrupted before all cases were run", ErrFailed)
	}
	if result.Exit() != 0 {
		return fmt.Errorf("%w: see the cases to mend above", ErrFailed)
	}
	return nil
}

// Targets returns the URLs among What; the rest selects cases.
func (c *Command) Targets() (urls []string) {
	for _, what := range c.What {
		if isURL(what) {
			urls = append(urls, what)
		}
	}
	return urls
}

func isURL(s string) bool { return strings.Contains(s, "://") }

func (c *Command) options() Options {
	o := Options{
		Targets: c.Targets(), Select: slices.DeleteFunc(slices.Clone(c.What), isURL),
		Jobs: c.Jobs, Profile: c.Profile, Strict: c.Strict, Slow: c.Slow,
		Config: check.Config{
			Timeout: c.Timeout, MaxHead: c.MaxHead, MaxURI: c.MaxURI, Insecure: c.Insecure, Subprotocol: c.Subprotocol,
		},
	}
	if c.Path != "" {
		o.Config.Paths = map[string]string{"ws": c.Path}
	}
	return o
}

// writable finds out whether the files that were asked for can be written, before minutes are spent on what goes there.
func (c *Command) writable() error {
	for _, name := range []string{c.JSON, c.JUnit, c.HTML} {
		if name == "" {
			continue
		}
		f, err := os.OpenFile(name, os.O_CREATE|os.O_WRONLY, 0o666)
		if err != nil {
			return fmt.Errorf("write the result: %w; name a file in a folder that exists", err)
		}
		if err := f.Close(); err != nil {
			return fmt.Errorf("write the result: %w", err)
		}
	}
	return nil
}

// write writes the files that were asked for.
func (c *Command) write(r Result) (err error) {
	for _, f := range []struct {
		name  string
		write func(io.Writer, Result) error
	}{{c.JSON, WriteJSON}, {c.JUnit, WriteJUnit}, {c.HTML, WriteHTML}} {
		if f.name != "" {
			err = errors.Join(err, writeFile(f.name, r, f.write))
		}
	}
	return err
}

func writeFile(name string, r Result, write func(io.Writer, Result) error) error {
	f, err := os.Create(name)
	if err != nil {
		return fmt.Errorf("write the result: %w", err)
	}
	if err := errors.Join(write(f, r), f.Close()); err != nil {
		return fmt.Errorf("write the result to %s: %w", name, err)
	}
	return nil
}

// progress rewrites a line on a terminal, and is silent elsewhere.
type progress struct {
	w        *os.File
	terminal bool
	total    int
	done     int
	failed   int
}

func newProgress(w *os.File, o Options) *progress {
	cases, _ := o.Cases() // Run reports a wrong selector
	info, err := w.Stat()
	return &progress{w: w, total: len(o.Targets) * len(cases), terminal: err == nil && info.Mode()&os.ModeCharDevice != 0}
}

func (p *progress) show(target string, r check.Result) {
	p.done++
	if r.Verdict == check.Fail {
		p.failed++
	}
	if p.terminal {
		fmt.Fprintf(p.w, "\r\x1b[K%d of %d cases, %d failed", p.done, p.total, p.failed)
	}
}

func (p *progress) end() {
	if p.terminal {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}
