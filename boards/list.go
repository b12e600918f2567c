package boards

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// List writes a table of the profiles.
func List(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "board\twhat it is\tsimulated\tsockets\thead\tURI")
	for _, name := range Names() {
		p, err := Load(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "%s\t%s\t%t\t%s\t%s\t%s\n", p.Name, p.Title, p.Simulated,
			known(p.Limits.Sockets), known(p.Limits.Head), known(p.Limits.URI))
	}
	return t.Flush()
}

// known writes a number that zero stands for its absence.
func known(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}
