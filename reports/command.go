package reports

import (
	"fmt"
	"path/filepath"
)

// Command is `httpdlab report`, as the command line fills it in.
type Command struct {
	Runs []string `arg:"" name:"run" help:"Folders of runs."`
	Out  string   `placeholder:"FILE" help:"File to write, for one run. Default: report.html in its folder."`

	Picture bool `help:"Write a picture of throughput and latency (SVG) instead of the page."`
}

// Run writes the page, or the picture, of each run.
func (c *Command) Run() error {
	if c.Out != "" && len(c.Runs) > 1 {
		return fmt.Errorf("write %d reports to %s: give one run with --out", len(c.Runs), c.Out)
	}
	write, name := Write, ReportFile
	if c.Picture {
		write, name = WritePicture, "picture.svg"
	}
	for _, run := range c.Runs {
		out := c.Out
		if out == "" {
			out = filepath.Join(run, name)
		}
		if err := write(run, out); err != nil {
			return err
		}
		fmt.Println("report:", out)
	}
	return nil
}
