package bench

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/httpdlab/httpdlab/bench/load"
	"github.com/httpdlab/httpdlab/bench/measure"
)

// configuration is all that was asked for, as run.json tells it.
func (o *Options) configuration() *measure.Configuration {
	c := &measure.Configuration{
		URL: withoutPassword(o.URL), Board: o.Board, Against: withoutPassword(o.Against), Engine: o.Engine, Depth: o.Depth, Loops: o.Loops, Fresh: o.Fresh,
		Connections: o.Connections, Ladder: o.Ladder, Share: o.Share, Sockets: o.Sockets,
		DurationMS: ms(o.Duration), TimeoutMS: ms(o.Timeout), Seed: o.Seed, AbortOnFail: o.AbortOnFail,
		Over: o.Over, BudgetMS: ms(o.Budget), Soak: o.Soak, Rounds: o.Rounds, SettleMS: ms(o.Settle), LeakLimit: o.LeakLimit,
		Count: o.Count, Insecure: o.Insecure, Replayed: o.Replayed,
		PauseMS: ms(o.Pause), RecoveryMS: ms(o.Recovery), Reboots: o.Reboots, Probes: o.Probes,
	}
	switch {
	case o.Arrivals.Some():
		c.Rate = o.Arrivals.String()
	case o.Rate > 0:
		c.Rate = strconv.FormatFloat(o.Rate, 'g', -1, 64)
	}
	if o.Scenario != nil {
		c.Scenario, _ = json.Marshal(o.Scenario) // of texts and numbers only: it cannot fail
	}
	for _, a := range o.Assert {
		c.Assert = append(c.Assert, a.Text)
	}
	if o.Find != nil {
		c.Find = o.Find.Text
	}
	for _, kind := range o.Hostile {
		c.Hostile = append(c.Hostile, string(kind))
	}
	return c
}

// withoutPassword is what may stand in a record.
func withoutPassword(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.User == nil {
		return address
	}
	return u.Redacted()
}

// Replay returns the options of a run that was recorded: the same load from the
// same seed, against the same URL.
func Replay(r *measure.Run) (Options, error) {
	c := r.Configuration
	if c == nil {
		return Options{}, fmt.Errorf("the run of %s has no configuration: it was made before there were any", r.Started.Format(time.DateTime))
	}
	if strings.Contains(c.URL, ":xxxxx@") {
		return Options{}, fmt.Errorf("the run's URL %s had a password, which is not recorded; give the URL, too", c.URL)
	}
	duration := func(ms float64) time.Duration { return time.Duration(ms * float64(time.Millisecond)) }
	o := Options{
		URL: c.URL, Board: c.Board, Against: c.Against, Engine: c.Engine, Depth: c.Depth, Loops: c.Loops, Fresh: c.Fresh,
		Connections: c.Connections, Ladder: c.Ladder, Share: c.Share, Sockets: c.Sockets,
		Duration: duration(c.DurationMS), Timeout: duration(c.TimeoutMS), Seed: c.Seed, AbortOnFail: c.AbortOnFail,
		Over: c.Over, Budget: duration(c.BudgetMS), Soak: c.Soak, Rounds: c.Rounds, Settle: duration(c.SettleMS), LeakLimit: c.LeakLimit,
		Count: c.Count, Insecure: c.Insecure, Simulated: r.Target.Simulated,
		Pause: duration(c.PauseMS), Recovery: duration(c.RecoveryMS), Reboots: c.Reboots, Probes: c.Probes,
	}
	for _, kind := range c.Hostile {
		o.Hostile = append(o.Hostile, load.HostileKind(kind))
	}
	return o, o.replayTexts(c)
}

// replayTexts reads again what the record has as text.
func (o *Options) replayTexts(c *measure.Configuration) (err error) {
	if c.Rate != "" {
		if o.Rate, err = strconv.ParseFloat(c.Rate, 64); err != nil {
			if o.Arrivals, err = load.ParseArrivals(c.Rate); err != nil {
				return fmt.Errorf("replay a run: %w", err)
			}
			o.Rate = 0
		}
	}
	if len(c.Scenario) > 0 {
		o.Scenario = new(load.Scenario)
		if err := json.Unmarshal(c.Scenario, o.Scenario); err != nil {
			return fmt.Errorf("replay a run: read its scenario: %w", err)
		}
	}
	for _, text := range c.Assert {
		a, err := measure.ParseAssertion(text)
		if err != nil {
			return fmt.Errorf("replay a run: %w", err)
		}
		o.Assert = append(o.Assert, a)
	}
	if c.Find != "" {
		if o.Find, err = measure.ParseAssertion(c.Find); err != nil {
			return fmt.Errorf("replay a run: %w", err)
		}
	}
	return nil
}
