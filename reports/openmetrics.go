package reports

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// family is a metric of the exposition: its samples for a phase, each with the
// labels that come to run, board and phase.
type family struct {
	name, help string
	kind       dto.MetricType
	of         func(*measure.Phase) []labelled
}

// labelled is a value and what tells it from its siblings.
type labelled struct {
	value  float64
	labels []string // name, value, name, value, …
}

var families = []family{
	{"httpdlab_requests_total", "Requests with an answer or an error.", dto.MetricType_COUNTER, one(func(p *measure.Phase) float64 { return float64(p.Requests) })},
	{"httpdlab_errors_total", "Failed requests by stage and cause.", dto.MetricType_COUNTER, errorSamples},
	{"httpdlab_received_bytes_total", "Response content.", dto.MetricType_COUNTER, one(func(p *measure.Phase) float64 { return float64(p.BytesIn) })},
	{"httpdlab_answered_per_second", "Good responses a second.", dto.MetricType_GAUGE, one(func(p *measure.Phase) float64 { return p.Rate })},
	{"httpdlab_in_flight", "Mean number of requests under way.", dto.MetricType_GAUGE, one(func(p *measure.Phase) float64 { return p.InFlight })},
	{"httpdlab_latency_seconds", "Quantiles of latency; clock service counts from the send, response from the intended start.", dto.MetricType_GAUGE, latencySamples},
	{"httpdlab_connections", "Connections offered and served.", dto.MetricType_GAUGE, func(p *measure.Phase) []labelled {
		return []labelled{{float64(p.OfferedConnections), []string{"state", "offered"}}, {float64(p.ServedConnections), []string{"state", "served"}}}
	}},
	{"httpdlab_memory_bytes", "Memory of the target: free heap (source heap) or resident set (source rss).", dto.MetricType_GAUGE, memorySamples},
	{"httpdlab_trusted", "1 if the audit found nothing.", dto.MetricType_GAUGE, one(func(p *measure.Phase) float64 {
		if p.Trust.OK {
			return 1
		}
		return 0
	})},
}

func one(of func(*measure.Phase) float64) func(*measure.Phase) []labelled {
	return func(p *measure.Phase) []labelled { return []labelled{{of(p), nil}} }
}

func errorSamples(p *measure.Phase) (all []labelled) {
	for _, kind := range slices.Sorted(maps.Keys(p.Errors)) {
		stage, cause, _ := strings.Cut(kind, "/")
		all = append(all, labelled{float64(p.Errors[kind]), []string{"cause", cause, "stage", stage}})
	}
	return all
}

func latencySamples(p *measure.Phase) (all []labelled) {
	for _, c := range []struct {
		name string
		of   *measure.Latency
	}{{"service", &p.ServiceMS}, {"response", &p.ResponseMS}} {
		for _, q := range []struct {
			name string
			ms   float64
		}{{"0.5", c.of.P50}, {"0.9", c.of.P90}, {"0.99", c.of.P99}, {"0.999", c.of.P999}, {"1", c.of.Max}} {
			all = append(all, labelled{q.ms / 1e3, []string{"clock", c.name, "quantile", q.name}})
		}
	}
	return all
}

func memorySamples(p *measure.Phase) []labelled {
	if p.Memory == nil {
		return nil
	}
	m := p.Memory
	return []labelled{
		{float64(m.Min), []string{"source", m.Source, "when", "min"}}, {float64(m.Max), []string{"source", m.Source, "when", "max"}},
		{float64(m.Before), []string{"source", m.Source, "when", "before"}}, {float64(m.After), []string{"source", m.Source, "when", "after"}},
	}
}

// writeOpenMetrics writes the phases of all runs in OpenMetrics text format 1.0.
func writeOpenMetrics(w io.Writer, runs []*record) error {
	for i := range families {
		f := &families[i]
		m := &dto.MetricFamily{Name: &f.name, Help: &f.help, Type: &f.kind}
		for _, r := range runs {
			for j := range r.Phases {
				p := &r.Phases[j]
				for _, x := range f.of(p) {
					m.Metric = append(m.Metric, f.metric(x, "run", r.Name, "board", r.Target.Board, "phase", p.Name))
				}
			}
		}
		if len(m.Metric) == 0 {
			continue
		}
		if _, err := expfmt.MetricFamilyToOpenMetrics(w, m); err != nil {
			return fmt.Errorf("write %s: %w", f.name, err)
		}
	}
	_, err := expfmt.FinalizeOpenMetrics(w)
	return err
}

func (f *family) metric(x labelled, common ...string) *dto.Metric {
	m := &dto.Metric{}
	if f.kind == dto.MetricType_COUNTER {
		m.Counter = &dto.Counter{Value: &x.value}
	} else {
		m.Gauge = &dto.Gauge{Value: &x.value}
	}
	all := append(common, x.labels...)
	for i := 0; i < len(all); i += 2 {
		name, value := all[i], strings.ToValidUTF8(all[i+1], "?")
		m.Label = append(m.Label, &dto.LabelPair{Name: &name, Value: &value})
	}
	return m
}
