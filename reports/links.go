package reports

import (
	"fmt"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// linkRow is what a phase's connections were like.
type linkRow struct {
	Name, Opened, Reused, Connect, Close, Retransmits, RTT string
}

func (r *record) linkRows() (rows []linkRow) {
	for i := range r.Phases {
		p := &r.Phases[i]
		l := p.Links
		if l == nil {
			continue
		}
		row := linkRow{
			Name: oneLine(p.Name, 60), Opened: count(l.Opened), Reused: count(l.Reused),
			Connect: pair(&l.ConnectMS), Close: pair(&l.CloseMS), Retransmits: none, RTT: none,
		}
		if l.Known {
			row.Retransmits, row.RTT = count(l.Retransmits), pair(&l.RTTMS)
		}
		rows = append(rows, row)
	}
	return rows
}

// pair is the median and the 99th percentile, a dash if there is none.
func pair(l *measure.Latency) string {
	if *l == (measure.Latency{}) {
		return none
	}
	return span(l.P50) + ", " + span(l.P99)
}

// streamRow is what became of a phase's event streams.
type streamRow struct {
	Name, Streams, Events, Rate, Lost, Disordered, First, Gap, Late string
}

func (r *record) streamRows() (rows []streamRow) {
	for i := range r.Phases {
		p := &r.Phases[i]
		s := p.Streams
		if s == nil {
			continue
		}
		seconds := max(r.end(p)-p.StartMS, 1) / 1e3
		rows = append(rows, streamRow{
			oneLine(p.Name, 60), count(s.Streams), count(s.Events), rate(float64(s.Events) / seconds), count(s.Lost), count(s.Disordered),
			pair(&s.FirstMS), pair(&s.GapMS), pair(&s.LateMS),
		})
	}
	return rows
}

// siegeRow is how a bystander fared while hostile clients were at the target.
type siegeRow struct {
	Kind, Clients, Before, During, After, Recovered, CutOff string

	Level level
	Word  string
}

func (r *record) siegeRows() (rows []siegeRow) {
	for i := range r.Sieges {
		s := &r.Sieges[i]
		row := siegeRow{
			Kind: oneLine(s.Kind, 40), Clients: fmt.Sprint(s.Count), Before: bystander(&s.Before), During: bystander(&s.During), After: bystander(&s.After),
			Recovered: none, CutOff: fmt.Sprintf("%s of %s", count(s.CutOff), count(s.Connected)), Level: fine, Word: "others were served",
		}
		if s.Recovered {
			row.Recovered = span(s.RecoveryMS)
		}
		switch {
		case !s.Recovered:
			row.Level, row.Word = bad, "did not recover"
		case !s.Served:
			row.Level, row.Word = doubt, "nobody else was served"
		}
		rows = append(rows, row)
	}
	return rows
}

// bystander sums up an innocent client's requests of one part of a siege.
func bystander(s *measure.Stretch) string {
	var failed int64
	for _, n := range s.Errors {
		failed += n
	}
	return fmt.Sprintf("%s, %s failed", pair(&s.ServiceMS), share(float64(failed), float64(s.Requests)))
}
