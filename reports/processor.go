package reports

import (
	"fmt"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// processorFigure is who was busy: the load generator, and the target if it is
// a process of ours.
func (r *record) processorFigure(t *timeline) *figure {
	client := r.over(true, func(s *measure.Sample) (float64, bool) { return s.ClientCPU, s.ClientCPU > 0 })
	target := r.over(true, func(s *measure.Sample) (float64, bool) {
		if s.Process == nil {
			return 0, false
		}
		return s.Process.CPU, true
	})
	if len(client) == 0 && len(target) == 0 {
		return nil
	}
	f := &figure{ID: "processor", up: "n", Title: "Processor over time", Unit: "cores in use", Says: r.saysProcessor()}
	if len(client) > 0 {
		f.Keys = append(f.Keys, key{"load generator", amber.name, "line"})
	}
	if len(target) > 0 {
		f.Keys = append(f.Keys, key{"target", purple.name, "line"})
	}
	f.chart = func(s size) *plot.Plot {
		p := t.plot(s)
		p.Add(line(purple, 1.75, false, target...), line(amber, 1.75, false, client...))
		fromZero(p, s, decimals)
		return p
	}
	return f
}

func (r *record) saysProcessor() string {
	says := "A load generator that has no processor left measures itself and not the target. "
	busiest := -1
	for i := range r.Samples {
		if s := &r.Samples[i]; finite(s.ClientCPU) && (busiest < 0 || s.ClientCPU > r.Samples[busiest].ClientCPU) {
			busiest = i
		}
	}
	if busiest < 0 {
		return says
	}
	s := &r.Samples[busiest]
	says += fmt.Sprintf("It was busiest at %s with %s", span(s.MS), plural2(s.ClientCPU, "core"))
	if n := r.Environment.Cores; n > 0 {
		says += fmt.Sprintf(" of %d", n)
	}
	if s.ClientWait > 0.05 {
		says += fmt.Sprintf(", and would have taken %s more", short(s.ClientWait))
	}
	return says + "."
}

// plural2 writes a number that need not be whole with its noun.
func plural2(x float64, noun string) string {
	if x == 1 {
		return "1 " + noun
	}
	return short(x) + " " + noun + "s"
}

// signalFigure is the strength of the radio signal, if the target tells it.
func (r *record) signalFigure(t *timeline) *figure {
	pieces := r.over(false, signal)
	if len(pieces) == 0 {
		return nil
	}
	return &figure{
		ID: "signal", up: "n", Title: "Radio signal over time", Unit: "received strength in dBm, as the target tells", Says: saysSignal(pieces),
		Keys: []key{{"RSSI", green.name, "line"}},
		chart: func(s size) *plot.Plot {
			p := t.plot(s)
			p.Add(line(green, 1.75, false, pieces...))
			p.Y.Min, p.Y.Max = p.Y.Min-3, p.Y.Max+3
			step := nice((p.Y.Max - p.Y.Min) / float64(s.yticks()))
			p.Y.Tick.Marker = plot.ConstantTicks(every(p.Y.Min, p.Y.Max, step, func(v float64) string { return decimals(v, step) }))
			return p
		},
	}
}

func signal(s *measure.Sample) (float64, bool) {
	if s.Heap == nil {
		return 0, false
	}
	return float64(s.Heap.RSSI), s.Heap.RSSI < 0
}

func saysSignal(pieces []plotter.XYs) string {
	_, last, low := ends(pieces)
	return fmt.Sprintf("Below about -75 dBm a station sends slower and repeats more, and latency grows with it. The weakest was %s dBm, the last %s dBm.", short(low), short(last))
}
