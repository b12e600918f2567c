package reports

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Command is `httpdlab report`, as the command line fills it in.
type Command struct {
	Runs []string `arg:"" name:"run" help:"Folders of runs, or reports of them."`
	Out  string   `placeholder:"FILE" help:"File to write, for one run. Default: report.html in its folder."`

	Picture     bool   `help:"Write a picture of throughput and latency (SVG) instead of the page."`
	JUnit       string `name:"junit" placeholder:"FILE" help:"Write verdicts of all runs as JUnit XML; - is stdout."`
	CSV         string `name:"csv" placeholder:"FILE" help:"Write a line for each phase of all runs as CSV; - is stdout."`
	OpenMetrics string `name:"openmetrics" placeholder:"FILE" help:"Write the phases of all runs as OpenMetrics text; - is stdout."`
	JSON        string `name:"json" placeholder:"FILE" help:"Write all runs as a JSON array, each as its run.json; - is stdout."`
}

// Run writes the page, or the picture, of each run; or, if a form for machines
// is asked for, that.
func (c *Command) Run() error {
	if c.Out != "" && len(c.Runs) > 1 {
		return fmt.Errorf("write %d reports to %s: give one run with --out", len(c.Runs), c.Out)
	}
	if c.JUnit+c.CSV+c.OpenMetrics+c.JSON != "" {
		if err := c.machines(); err != nil || c.Out == "" {
			return err
		}
	}
	for _, run := range c.Runs {
		if err := c.page(run); err != nil {
			return err
		}
	}
	return nil
}

func (c *Command) page(run string) error {
	write, name := Write, ReportFile
	if c.Picture {
		write, name = WritePicture, "picture.svg"
	}
	out := c.Out
	if info, err := os.Stat(run); out == "" && err == nil && info.Mode().IsRegular() {
		return fmt.Errorf("write the report of %s: it is a file, so say with --out where its page goes", run)
	}
	if out == "" {
		out = filepath.Join(run, name)
	}
	if err := write(run, out); err != nil {
		return err
	}
	fmt.Println("report:", out)
	return nil
}

// machines writes the forms that programs read.
func (c *Command) machines() error {
	var runs []*record
	for _, run := range c.Runs {
		r, err := open(run)
		if err != nil {
			return err
		}
		runs = append(runs, r)
	}
	for _, form := range []struct {
		file, name string
		write      func(io.Writer, []*record) error
	}{
		{c.JUnit, "JUnit", writeJUnit}, {c.CSV, "CSV", writeCSV}, {c.OpenMetrics, "OpenMetrics", writeOpenMetrics}, {c.JSON, "JSON", writeJSON},
	} {
		if form.file == "" {
			continue
		}
		var b bytes.Buffer
		if err := form.write(&b, runs); err != nil {
			return fmt.Errorf("write the runs as %s: %w", form.name, err)
		}
		if err := toFile(form.file, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func writeJSON(w io.Writer, runs []*record) error {
	all := []*measure.Run{}
	for _, r := range runs {
		all = append(all, &r.Run)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(all)
}
