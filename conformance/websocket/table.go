package websocket

import "github.com/httpdlab/httpdlab/conformance/check"

// Row is one stimulus of a case that has many.
type Row struct {
	Name  string
	Steps []Step
}

// Table makes a case run once per row, each on a fresh connection.
func Table(c check.Case, rows ...Row) check.Case {
	steps := map[string][]Step{}
	c.Each = nil
	for _, row := range rows {
		c.Each = append(c.Each, row.Name)
		steps[row.Name] = row.Steps
	}
	c.Script = Script(func(c *Conn) error { return c.Run(steps[c.Element()]...) })
	return c
}
