package boards

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"text/tabwriter"
	"time"
)

// infoTimeout is how long a board may take to tell of itself.
const infoTimeout = 5 * time.Second

// ShowInfo asks a board what it is and how much memory it has, and writes a
// table of that.
func ShowInfo(ctx context.Context, w io.Writer, target *Target) error {
	ctx, cancel := context.WithTimeout(ctx, infoTimeout)
	defer cancel()
	var info Info
	var heap Heap
	if err := errors.Join(target.ask(ctx, "/info", &info), target.ask(ctx, "/heap", &heap)); err != nil {
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range [][2]any{
		{"board", info.Board}, {"it is", target.Board.nature()}, {"chip", info.Chip}, {"cores", info.Cores}, {"MHz", info.MHz},
		{"SDK", info.SDK}, {"app", info.App}, {"app SHA", info.AppSHA},
		{"up", (time.Duration(heap.UptimeMS) * time.Millisecond).Round(time.Second)}, {"boots", heap.BootCount}, {"last reset", info.ResetReason},
		{"channel", known(info.Channel)}, {"RSSI dBm", known(info.RSSI)}, {"power save", info.PowerSave},
		{"sockets", known(info.MaxOpenSockets)}, {"head bytes", known(info.MaxReqHeaderLen)}, {"URI bytes", known(info.MaxURILen)},
		{"heap free", heap.Free}, {"heap least free", heap.MinFree}, {"largest block", heap.LargestBlock}, {"heap total", heap.Total},
	} {
		fmt.Fprintf(t, "%s\t%v\n", row[0], row[1])
	}
	return t.Flush()
}

// ask gets JSON from a route of the board contract.
func (t *Target) ask(ctx context.Context, path string, v any) error {
	u, err := url.Parse(t.URL)
	if err != nil {
		return err
	}
	u.Path, u.RawQuery = path, ""
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	// One request, one connection: a board has few of them.
	q.Close = true
	a, err := http.DefaultClient.Do(q)
	if err != nil {
		return fmt.Errorf("ask board %q: %w; check its power, its address, and that it is in this network", t.Board.Name, err)
	}
	defer a.Body.Close()
	if a.StatusCode != http.StatusOK {
		return fmt.Errorf("ask board %q: %s answers %s; does it run the firmware of boards/firmware?", t.Board.Name, u, a.Status)
	}
	if err := json.NewDecoder(a.Body).Decode(v); err != nil {
		return fmt.Errorf("ask board %q: %s does not answer as the board contract says: %w", t.Board.Name, u, err)
	}
	return nil
}
