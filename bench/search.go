package bench

import (
	"fmt"
	"math"
	"time"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// What a search varies.
const (
	VaryRate        = "rate"
	VaryConnections = "connections"
)

const (
	searchConfidence = 0.95
	// narrow is how close the ends of the interval are when the edge is known.
	narrow = 1.10
	// mostTrials bounds a search whose objective is met and missed by chance.
	mostTrials = 60
	// mostConfirmations at the best load fail before it is given as it is.
	mostConfirmations = 4
)

// search looks for the highest load that meets an objective.
type search struct {
	*measure.Search
	edge *edge
	// try loads the target, for one length or for two, and says what came of it.
	try func(load float64, lengths int) (measure.Trial, error)
	// left is how many lengths the budget still has.
	left func() int
	// sweep are loads to begin with, which make the curve that the knee is found on.
	sweep []float64
	whole bool // loads are whole numbers
}

// run tries loads until the edge is known and the load below it confirmed, or
// the budget is spent. An error is that of a trial.
func (s *search) run() error {
	s.Confidence = searchConfidence
	s.Trials = []measure.Trial{}
	err := s.trials()
	s.Low, s.High = s.edge.quantile((1-searchConfidence)/2), s.edge.quantile((1+searchConfidence)/2)
	s.Best = s.best()
	if s.edge.none(s.Low) {
		s.Low = 0
	}
	if s.edge.all(s.High) {
		s.High = 0
	}
	s.Knee = measure.FindKnee(s.Trials)
	return err
}

func (s *search) trials() error {
	for _, load := range s.sweep {
		if s.left() < 1 {
			break
		}
		if _, err := s.once(load, 1); err != nil {
			return err
		}
	}
	for confirmations := 0; ; {
		load, lengths := s.next(), 1
		known := s.known()
		if known {
			load, lengths = s.best(), 2
		}
		switch {
		case known && load == 0:
			s.Ended = "Even the least load that was tried does not meet the objective."
			return nil
		case s.left() < lengths:
			s.Ended = "The time budget is spent: a longer --budget narrows the interval and confirms the best load."
			return nil
		case len(s.Trials) >= mostTrials:
			s.Ended = fmt.Sprintf("After %d trials the objective is still met and missed by chance: it is near to what the target does at any load.", mostTrials)
			return nil
		}
		met, err := s.once(load, lengths)
		if err != nil {
			return err
		}
		if !known {
			continue
		}
		confirmations++
		s.Confirmed = met && s.known() && s.best() >= load
		if s.Confirmed || confirmations == mostConfirmations {
			s.Ended = s.end()
			return nil
		}
	}
}

func (s *search) end() string {
	if !s.Confirmed {
		return fmt.Sprintf("The edge is known, and of %d trials below it none confirmed it: the target's answers vary.", mostConfirmations)
	}
	if s.edge.all(s.edge.quantile(0.5)) {
		return "All loads that were allowed meet the objective: the edge lies above them."
	}
	return "The edge is known and the best load was confirmed."
}

// once makes a trial and learns from it.
func (s *search) once(load float64, lengths int) (met bool, err error) {
	t, err := s.try(load, lengths)
	if err != nil {
		return false, err
	}
	s.Trials = append(s.Trials, t)
	for range lengths {
		s.edge.see(load, t.OK)
	}
	return t.OK, nil
}

// known reports whether the interval is as narrow as it needs to be.
func (s *search) known() bool {
	low, high := s.edge.quantile((1-searchConfidence)/2), s.edge.quantile((1+searchConfidence)/2)
	return high <= low*narrow || s.whole && high-low <= 1
}

// best is the highest load that meets the objective with confidence, and not
// above all that were seen to meet it; 0: none.
func (s *search) best() float64 {
	low, met := s.edge.quantile((1-searchConfidence)/2), 0.0
	for i := range s.Trials {
		if s.Trials[i].OK {
			met = math.Max(met, s.Trials[i].Load)
		}
	}
	switch {
	case s.edge.none(low):
		return 0
	case s.whole:
		return math.Min(math.Floor(low), met)
	}
	return math.Min(low, met)
}

// next is the load that a trial tells most of: where the edge is as likely
// above as below. Between two whole numbers it is the one less tried.
func (s *search) next() float64 {
	load := s.edge.quantile(0.5)
	if !s.whole {
		return load
	}
	below, above := math.Max(1, math.Floor(load)), math.Max(1, math.Ceil(load))
	if s.edge.all(load) || s.tried(below) < s.tried(above) {
		return below
	}
	return above
}

func (s *search) tried(load float64) (n int) {
	for i := range s.Trials {
		if s.Trials[i].Load == load {
			n++
		}
	}
	return n
}

// DefaultBudget is how long a search takes.
const DefaultBudget = 2 * time.Minute

// lengthOf is how long a trial takes, its warm-up included: a search needs about
// so many.
func lengthOf(budget time.Duration) time.Duration {
	return min(max(budget/24, time.Second), 30*time.Second)
}

// sweepOf are rates from little to nearly all that the target does.
func sweepOf(capacity float64) (rates []float64) {
	for _, share := range []float64{0.3, 0.45, 0.6, 0.75, 0.9} {
		rates = append(rates, share*capacity)
	}
	return rates
}
