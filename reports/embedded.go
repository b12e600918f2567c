package reports

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/HdrHistogram/hdrhistogram-go"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// Where in a page the run stands, so that the page is a record of it.
const (
	dataBegin = `<script type="application/json" id="run">`
	dataEnd   = `</script>`
)

// envelope is the JSON in a page's element #run.
type envelope struct {
	Schema int    `json:"schema"` // of Data, see embeddedSchema
	Data   []byte `json:"data"`   // gzip of embedded as JSON
}

// embeddedSchema is the version of embedded.
const embeddedSchema = 1

// mostEmbedded is how many seconds go along with a page; of a longer run every
// second, third, … does.
const mostEmbedded = 7200

// embedded is all that a page is made of.
type embedded struct {
	Name    string           `json:"name"` // of the run folder
	Missing []string         `json:"missing,omitempty"`
	Run     *measure.Run     `json:"run"`
	Series  []measure.Sample `json:"series"`
	Curves  []embeddedCurve  `json:"curves"`
	Heat    embeddedHeat     `json:"heat"`
}

// embeddedCurve is the latencies of a phase on one clock.
type embeddedCurve struct {
	Phase     string        `json:"phase"`
	Clock     measure.Clock `json:"clock"`
	Histogram string        `json:"histogram"`       // HdrHistogram V2, compressed, base64; nanoseconds
	Parts     [3][]float64  `json:"parts,omitempty"` // p50, p90 and p99 of its stretches, in milliseconds
}

// embeddedHeat is the heat map: for each column the rows that have requests.
type embeddedHeat struct {
	Seconds float64         `json:"seconds"` // width of a column
	Columns []map[int]int64 `json:"columns"` // by floor(8 * log10(milliseconds))
}

// data is the run as the page carries it.
func (r *record) data() template.JS {
	b, err := r.pack()
	if err != nil { // a number that JSON does not know; the page has it as a dash
		b, _ = json.Marshal(map[string]string{"error": err.Error()})
	}
	return template.JS(b) // json.Marshal escapes <, > and &, so no tag ends or begins in it
}

func (r *record) pack() ([]byte, error) {
	e := embedded{Name: r.Name, Missing: r.Missing, Run: &r.Run, Series: r.Samples}
	if n := len(r.Samples); n > mostEmbedded {
		every := (n + mostEmbedded - 1) / mostEmbedded
		e.Series = nil
		for i := 0; i < n; i += every {
			e.Series = append(e.Series, r.Samples[i])
		}
	}
	if r.heat != nil {
		e.Heat = embeddedHeat{r.heat.width, r.heat.cells}
	}
	for i := range r.Phases {
		for _, c := range []measure.Clock{measure.Service, measure.Response, measure.Lag} {
			k := curve{r.Phases[i].Name, c}
			h := r.hist(&r.Phases[i], c)
			if h == nil || slices.ContainsFunc(e.Curves, func(x embeddedCurve) bool { return x.Phase == k.phase && x.Clock == c }) {
				continue
			}
			encoded, err := h.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
			if err != nil {
				return nil, fmt.Errorf("encode the latencies of %s: %w", k.phase, err)
			}
			x := embeddedCurve{Phase: k.phase, Clock: c, Histogram: string(encoded)}
			if b := r.batches[k]; b != nil {
				x.Parts = b.parts
			}
			e.Curves = append(e.Curves, x)
		}
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if err := errors.Join(json.NewEncoder(w).Encode(e), w.Close()); err != nil {
		return nil, err
	}
	return json.Marshal(envelope{embeddedSchema, b.Bytes()})
}

// mostUnpacked bounds what a page may unfold to, in bytes.
const mostUnpacked = 1 << 29

// openPage reads the run back from a report.
func openPage(name string) (*record, error) {
	page, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("read a report: %w", err)
	}
	_, data, found := strings.Cut(string(page), dataBegin)
	data, _, closed := strings.Cut(data, dataEnd)
	if !found || !closed {
		return nil, fmt.Errorf("read the run in %s: it is no report of a run", name)
	}
	r, err := unpack([]byte(data))
	if err != nil {
		return nil, fmt.Errorf("read the run in %s: %w", name, err)
	}
	return r, nil
}

func unpack(data []byte) (*record, error) {
	var outer envelope
	if err := json.Unmarshal(data, &outer); err != nil {
		return nil, err
	}
	if outer.Schema != embeddedSchema {
		return nil, fmt.Errorf("its data have schema %d, and this httpdlab reads %d: use the version that wrote it", outer.Schema, embeddedSchema)
	}
	unzipped, err := gzip.NewReader(bytes.NewReader(outer.Data))
	if err != nil {
		return nil, err
	}
	var e embedded
	if err := json.NewDecoder(io.LimitReader(unzipped, mostUnpacked)).Decode(&e); err != nil {
		return nil, err
	}
	if e.Run == nil {
		return nil, errors.New("it has no run")
	}
	r := newRecord(e.Run, e.Name)
	r.Missing, r.Samples = e.Missing, e.Series
	r.heat = &heat{width: max(1, e.Heat.Seconds), cells: e.Heat.Columns}
	for _, x := range e.Curves {
		h, err := hdrhistogram.Decode([]byte(x.Histogram))
		if err != nil {
			return nil, fmt.Errorf("latencies of %s: %w", x.Phase, err)
		}
		k := curve{x.Phase, x.Clock}
		r.curves[k] = h
		if len(x.Parts[0]) > 0 {
			r.batches[k] = &batching{parts: x.Parts}
		}
	}
	return r, nil
}
