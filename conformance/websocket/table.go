package websocket

import "github.com/httpdlab/httpdlab/conformance/check"

// Row is one stimulus of a case that has many.
type Row struct {
	Name  string
	Steps []Step
}

// Table makes a case run once per row, each on a fresh connection. A row behind the first that cannot be judged, as it exceeds
// a limit of the target, is noted and passed over.
func Table(c check.Case, rows ...Row) check.Case {
	steps := map[string][]Step{}
	c.Each = nil
	for _, row := range rows {
		c.Each = append(c.Each, row.Name)
		steps[row.Name] = row.Steps
	}
	c.Script = Script(func(c *Conn) error {
		err := c.Run(steps[c.Element()]...)
		if check.Skipped(err) && c.Element() != rows[0].Name {
			c.Note("not judged: %s", err)
			return nil
		}
		return err
	})
	return c
}
