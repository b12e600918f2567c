package boards

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// List writes a table of the profiles.
func List(w io.Writer) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "board\twhat it is\tit is\tcores\tMHz\tSRAM KiB\tfree KiB\tTCP Mbit/s out / in\tsockets\thead\tURI")
	for _, name := range Names() {
		p, err := Load(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", p.Name, p.Title, p.nature(),
			known(p.Chip.Cores), known(p.Chip.MHz), known(int(p.Chip.SRAM>>10)), known(int(p.Chip.FreeHeap>>10)), p.Link,
			known(p.Limits.Sockets), known(p.Limits.Head), known(p.Limits.URI))
	}
	return t.Flush()
}

// nature says in a few words whether there is a board behind the address.
func (p *Profile) nature() string {
	switch {
	case p.Twin != nil && p.Twin.Scaled:
		return "simulated, scaled, not calibrated"
	case p.Simulated:
		return "simulated"
	}
	return "real"
}

// String is the link's speed in both directions.
func (l Link) String() string {
	if l.TCPSend == 0 {
		return "-"
	}
	return fmt.Sprintf("%g / %g", l.TCPSend, l.TCPReceive)
}

// known writes a number that zero stands for its absence.
func known(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}
