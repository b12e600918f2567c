package reports

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/httpdlab/httpdlab/reports/compare"
)

// ErrRegression is the outcome of a comparison in which something got worse.
var ErrRegression = errors.New("there is a regression")

// CompareCommand is `httpdlab compare`, as the command line fills it in.
type CompareCommand struct {
	Base string `arg:"" help:"Run, or folder of runs, to compare with."`
	New  string `arg:"" help:"Run, or folder of runs, that may have changed."`

	Alpha    float64 `default:"0.05" help:"Chance of a false alarm that is taken. Default: ${default}."`
	Effect   float64 `default:"0.05" help:"Smallest relative change that counts; 0.05 is 5 %. Default: ${default}."`
	Force    bool    `help:"Compare runs made under unlike conditions, or too few of them, all the same."`
	Markdown string  `placeholder:"FILE" help:"Write the table as Markdown, for a pull request; - is stdout."`
	HTML     string  `name:"html" placeholder:"FILE" help:"Write a page with both sides in one plot."`
	JSON     string  `name:"json" placeholder:"FILE" help:"Write all figures as JSON; - is stdout."`
}

// Run compares, prints, and returns ErrRegression if something got worse.
func (c *CompareCommand) Run(context.Context) error {
	base, err := compare.Read(c.Base)
	if err != nil {
		return err
	}
	changed, err := compare.Read(c.New)
	if err != nil {
		return err
	}
	result, refused := compare.Compare(base, changed, compare.Options{Alpha: c.Alpha, Effect: c.Effect, Force: c.Force})
	if result == nil {
		return refused
	}
	if err := c.write(result); err != nil {
		return err
	}
	if worse := result.Regressions(); refused == nil && len(worse) > 0 {
		return fmt.Errorf("compare %s and %s: %w in %s", c.Base, c.New, ErrRegression, plural(int64(len(worse)), "line"))
	}
	return refused
}

// write writes the comparison in every form that was asked for. Stdout has one.
func (c *CompareCommand) write(result *compare.Comparison) error {
	var markdown, table bytes.Buffer
	err := errors.Join(result.WriteMarkdown(&markdown), result.WriteText(&table))
	figures, encoding := json.MarshalIndent(result, "", " ")
	if err := errors.Join(err, encoding); err != nil {
		return fmt.Errorf("write the comparison: %w", err)
	}
	if c.Markdown != "-" && c.JSON != "-" {
		_, err = os.Stdout.Write(table.Bytes())
	}
	if c.HTML != "" {
		err = errors.Join(err, WriteComparison(result, c.HTML))
	}
	return errors.Join(err, toFile(c.Markdown, markdown.Bytes()), toFile(c.JSON, append(figures, '\n')))
}

// toFile replaces the file called name, or writes to stdout if that is -; no
// name is no file.
func toFile(name string, content []byte) (err error) {
	switch name {
	case "":
	case "-":
		_, err = os.Stdout.Write(content)
	default:
		err = replaceFile(name, content)
	}
	return err
}
