package boards

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/hashicorp/mdns"
)

// Found is a board that answered to multicast DNS.
type Found struct {
	Name string // of the service instance, for people
	Addr string // host:port
	Board,
	Chip,
	App string // as its TXT record tells
}

// Each round asks once more, since nobody repeats a multicast packet that was
// lost on the air, and a radio that saves power hears only some.
const (
	findRounds = 2
	findRound  = 1500 * time.Millisecond
)

// ErrNoBoard says that no board answered.
var ErrNoBoard = errors.New("no board answered")

// Find asks for boards by multicast DNS (_http._tcp with TXT board) on all
// interfaces, which takes 3 s, and returns them in the order of their names.
func Find(ctx context.Context) ([]Found, error) {
	interfaces, err := multicastInterfaces()
	if err != nil {
		return nil, fmt.Errorf("look for boards: %w", err)
	}
	return find(ctx, interfaces, findRound)
}

// multicastInterfaces are those behind which a board can be.
func multicastInterfaces() ([]net.Interface, error) {
	all, err := net.Interfaces()
	if err != nil {
		return nil, err
	}
	up := slices.DeleteFunc(all, func(i net.Interface) bool {
		return i.Flags&net.FlagUp == 0 || i.Flags&net.FlagMulticast == 0 || i.Flags&net.FlagLoopback != 0
	})
	if len(up) == 0 {
		return nil, errors.New("this machine has no network interface that is up")
	}
	return up, nil
}

// find asks on each interface, so that a board is found whichever of them is
// the system's default. It fails if it could ask on none.
func find(ctx context.Context, interfaces []net.Interface, round time.Duration) ([]Found, error) {
	var seen sightings
	var all sync.WaitGroup
	errs := make([]error, len(interfaces))
	for i := range interfaces {
		all.Go(func() {
			// The query does not see ctx end: a round is as long as that can take.
			for n := 0; n < findRounds && ctx.Err() == nil && errs[i] == nil; n++ {
				errs[i] = ask(&interfaces[i], round, seen.add)
			}
		})
	}
	all.Wait()
	boards := seen.sorted()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case len(boards) == 0 && !slices.Contains(errs, nil):
		return nil, fmt.Errorf("look for boards: %w", errors.Join(errs...))
	}
	return boards, nil
}

// sightings are the boards that answered, each once, however often it did.
type sightings struct {
	mu    sync.Mutex
	found []Found
}

func (s *sightings) add(e *mdns.ServiceEntry) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f, ok := foundBoard(e); ok && !slices.Contains(s.found, f) {
		s.found = append(s.found, f)
	}
}

func (s *sightings) sorted() []Found {
	slices.SortFunc(s.found, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Addr, b.Addr)) })
	return s.found
}

// ask sends one query on one interface and sees what comes back within a time.
func ask(i *net.Interface, timeout time.Duration, see func(*mdns.ServiceEntry)) error {
	entries := make(chan *mdns.ServiceEntry, 64)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e := range entries {
			see(e)
		}
	}()
	err := mdns.Query(&mdns.QueryParam{
		Service: "_http._tcp", Domain: "local", Timeout: timeout, Interface: i, Entries: entries,
		WantUnicastResponse: true, DisableIPv6: true, Logger: log.New(io.Discard, "", 0),
	})
	close(entries)
	<-done
	if err != nil {
		return fmt.Errorf("ask on interface %s: %w", i.Name, err)
	}
	return nil
}

// foundBoard reads what an HTTP service tells of itself; only boards have a
// TXT record that names one.
func foundBoard(e *mdns.ServiceEntry) (f Found, ok bool) {
	if e.AddrV4 == nil {
		return f, false
	}
	for _, text := range e.InfoFields {
		key, value, _ := strings.Cut(text, "=")
		switch strings.ToLower(key) { // RFC 6763, 6.4: keys have no case
		case "board":
			f.Board = value
		case "chip":
			f.Chip = value
		case "app":
			f.App = value
		}
	}
	name, _, _ := strings.Cut(e.Name, "._http._tcp")
	f.Name = strings.ReplaceAll(name, `\ `, " ")
	f.Addr = net.JoinHostPort(e.AddrV4.String(), strconv.Itoa(e.Port))
	return f, f.Board != ""
}

// Discover writes a table of the boards that answer to multicast DNS.
func Discover(ctx context.Context, w io.Writer) error {
	found, err := Find(ctx)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return fmt.Errorf("%w to multicast DNS: %s", ErrNoBoard, whatToCheck)
	}
	return writeFound(w, found)
}

func writeFound(w io.Writer, found []Found) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "board\tchip\tapp\taddress\tname")
	for _, f := range found {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", f.Board, f.Chip, f.App, f.Addr, f.Name)
	}
	return t.Flush()
}

// whatToCheck is what keeps a board from being found.
const whatToCheck = "check that it has power and runs the firmware, that it and this machine are in the same network " +
	"(guest networks and VPNs hold multicast back), and what its console says (httpdlab boards monitor); " +
	"or give its address with --addr or ADDR=, e.g. ADDR=192.168.4.1"

// choose picks the only one of the found that is this board.
func (p *Profile) choose(found []Found) (Found, error) {
	ours := slices.DeleteFunc(slices.Clone(found), func(f Found) bool {
		return f.Board != p.Name && (p.Chip.Target == "" || f.Chip != p.Chip.Target)
	})
	switch len(ours) {
	case 0:
		others := ""
		if len(found) > 0 {
			others = " (others did: " + addresses(found) + ")"
		}
		return Found{}, fmt.Errorf("board %q is real hardware and %w: %w to multicast DNS%s: %s", p.Name, ErrNoAddress, ErrNoBoard, others, whatToCheck)
	case 1:
		return ours[0], nil
	}
	return Found{}, fmt.Errorf("board %q is real hardware and %w: there are several: %s; choose one with --addr or ADDR=", p.Name, ErrNoAddress, addresses(ours))
}

func addresses(found []Found) string {
	var list []string
	for _, f := range found {
		list = append(list, fmt.Sprintf("%s at %s", cmp.Or(f.Name, f.Board), f.Addr))
	}
	return strings.Join(list, ", ")
}
