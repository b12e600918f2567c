package reports

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// csvColumn is a column of the table for spreadsheets: a run and a phase give
// its cell. Times are in milliseconds, rates a second, sizes in bytes.
type csvColumn struct {
	name string
	of   func(*record, *measure.Phase) string
}

var csvColumns = []csvColumn{
	{"run", func(r *record, _ *measure.Phase) string { return r.Name }},
	{"started", func(r *record, _ *measure.Phase) string { return r.Started.UTC().Format(time.RFC3339) }},
	{"board", func(r *record, _ *measure.Phase) string { return r.Target.Board }},
	{"simulated", func(r *record, _ *measure.Phase) string { return strconv.FormatBool(r.Target.Simulated) }},
	{"url", func(r *record, _ *measure.Phase) string { return r.Target.URL }},
	{"phase", func(_ *record, p *measure.Phase) string { return p.Name }},
	{"part", func(_ *record, p *measure.Phase) string { return p.Part }},
	{"engine", func(_ *record, p *measure.Phase) string { return p.Engine }},
	{"connections", whole(func(p *measure.Phase) int64 { return int64(p.OfferedConnections) })},
	{"served_connections", whole(func(p *measure.Phase) int64 { return int64(p.ServedConnections) })},
	{"offered_rate", decimal(func(p *measure.Phase) float64 { return p.OfferedRate })},
	{"requests", whole(func(p *measure.Phase) int64 { return p.Requests })},
	{"errors", whole((*measure.Phase).ErrorCount)},
	{"rate", decimal(func(p *measure.Phase) float64 { return p.Rate })},
	{"in_flight", decimal(func(p *measure.Phase) float64 { return p.InFlight })},
	{"service_mean_ms", decimal(func(p *measure.Phase) float64 { return p.ServiceMS.Mean })},
	{"service_p50_ms", decimal(func(p *measure.Phase) float64 { return p.ServiceMS.P50 })},
	{"service_p90_ms", decimal(func(p *measure.Phase) float64 { return p.ServiceMS.P90 })},
	{"service_p99_ms", decimal(func(p *measure.Phase) float64 { return p.ServiceMS.P99 })},
	{"service_p99.9_ms", decimal(func(p *measure.Phase) float64 { return p.ServiceMS.P999 })},
	{"service_max_ms", decimal(func(p *measure.Phase) float64 { return p.ServiceMS.Max })},
	{"response_mean_ms", decimal(func(p *measure.Phase) float64 { return p.ResponseMS.Mean })},
	{"response_p50_ms", decimal(func(p *measure.Phase) float64 { return p.ResponseMS.P50 })},
	{"response_p90_ms", decimal(func(p *measure.Phase) float64 { return p.ResponseMS.P90 })},
	{"response_p99_ms", decimal(func(p *measure.Phase) float64 { return p.ResponseMS.P99 })},
	{"response_p99.9_ms", decimal(func(p *measure.Phase) float64 { return p.ResponseMS.P999 })},
	{"response_max_ms", decimal(func(p *measure.Phase) float64 { return p.ResponseMS.Max })},
	{"bytes_in", whole(func(p *measure.Phase) int64 { return p.BytesIn })},
	{"memory_source", func(_ *record, p *measure.Phase) string { return memoryOf(p).Source }},
	{"memory_min", whole(func(p *measure.Phase) int64 { return memoryOf(p).Min })},
	{"memory_max", whole(func(p *measure.Phase) int64 { return memoryOf(p).Max })},
	{"client_cpu", decimal(func(p *measure.Phase) float64 { return p.ClientCPU })},
	{"target_cpu", decimal(func(p *measure.Phase) float64 { return p.TargetCPU })},
	{"trusted", func(_ *record, p *measure.Phase) string { return strconv.FormatBool(p.Trust.OK) }},
}

func memoryOf(p *measure.Phase) measure.Memory {
	if p.Memory == nil {
		return measure.Memory{}
	}
	return *p.Memory
}

func whole(of func(*measure.Phase) int64) func(*record, *measure.Phase) string {
	return func(_ *record, p *measure.Phase) string { return strconv.FormatInt(of(p), 10) }
}

func decimal(of func(*measure.Phase) float64) func(*record, *measure.Phase) string {
	return func(_ *record, p *measure.Phase) string { return strconv.FormatFloat(of(p), 'g', -1, 64) }
}

// writeCSV writes one line a phase of each run, under a line of names.
func writeCSV(w io.Writer, runs []*record) error {
	c := csv.NewWriter(w)
	var line []string
	for _, column := range csvColumns {
		line = append(line, column.name)
	}
	if err := c.Write(line); err != nil {
		return err
	}
	for _, r := range runs {
		for i := range r.Phases {
			line = line[:0]
			for _, column := range csvColumns {
				line = append(line, inert(column.of(r, &r.Phases[i])))
			}
			if err := c.Write(line); err != nil {
				return err
			}
		}
	}
	c.Flush()
	return c.Error()
}

// inert keeps a spreadsheet from taking a name for a formula.
func inert(cell string) string {
	if cell == "" {
		return cell
	}
	if _, err := strconv.ParseFloat(cell, 64); err == nil {
		return cell
	}
	switch cell[0] {
	case '=', '+', '-', '@', '\t', '\r':
		return "'" + cell
	}
	return cell
}
