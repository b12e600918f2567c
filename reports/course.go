package reports

import (
	"fmt"
	"strings"

	"github.com/httpdlab/httpdlab/bench/measure"
)

// course says how the run went: to its end, stopped, or broken off, and what
// became of the target.
func (r *record) course() verdict {
	v := verdict{Name: "Run", Level: fine, Title: "finished", Text: fmt.Sprintf("It took %s.", span(r.length()))}
	switch {
	case r.Interrupted == measure.Killed || r.Interrupted == "" && r.Finished == nil:
		v.Level, v.Title = doubt, "broken off"
		v.Text = fmt.Sprintf("It was killed, or was still going on; %s of it are on record.", span(r.length()))
	case r.Interrupted != "":
		v.Level, v.Title = doubt, "interrupted"
		v.Text = fmt.Sprintf("After %s: %s. What was planned for later is missing.", span(r.length()), oneLine(r.Interrupted, 300))
	}
	for _, blow := range blows {
		r.suffer(&v, blow.kind, blow.title)
	}
	v.Reasons = append(v.Reasons, r.Missing...)
	if len(v.Reasons) > 0 && v.Level == fine {
		v.Level = doubt
	}
	return v
}

// blows are the kinds of events that are more than a remark, the lightest first.
var blows = []struct{ kind, title string }{
	{"skipped", ""},
	{"lost", "the target fell silent"},
	{"reboot", "the target rebooted"},
	{"gone", "the target is gone"},
	{"exited", "the target's process ended"},
}

// suffer adds the events of one kind to the verdict, which then takes title.
func (r *record) suffer(v *verdict, kind, title string) {
	const named = 5
	n := 0
	for _, e := range r.events() {
		if e.Kind != kind {
			continue
		}
		if n++; n <= named {
			v.Reasons = append(v.Reasons, fmt.Sprintf("%s at %s: %s.", kind, span(e.MS), strings.TrimSuffix(oneLine(e.Text, 300), ".")))
		}
	}
	if n > named {
		v.Reasons = append(v.Reasons, fmt.Sprintf("%s: %d more, see the events.", kind, n-named))
	}
	if n > 0 && title != "" {
		v.Level, v.Title = bad, title
	}
}
