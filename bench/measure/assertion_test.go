package measure

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// measured is a phase of 1000 requests of 1 to 1000 ms, five of them failed.
func measured() (*Totals, *Phase) {
	t := NewTotals()
	for i := range 1000 {
		t.service.RecordValue(int64(i+1) * int64(time.Millisecond))
		t.response.RecordValue(int64(i+1) * 2 * int64(time.Millisecond))
	}
	p := &Phase{
		Name: "open", OfferedRate: 100, Requests: 1005, Errors: map[string]int64{"ttfb/reset": 5}, Rate: 100, StartMS: 1000, EndMS: 11000,
		BytesIn: 20_000_000, Late: 3, Memory: &Memory{Source: "heap", Min: 40_000, Max: 60_000}, Trust: Trust{OK: true},
	}
	return t, p
}

func TestAssertions(t *testing.T) {
	totals, phase := measured()
	for text, want := range map[string]bool{
		"p(99)<2s":                   true,
		"p(99)<1970ms":               false,
		"p(99,service)<1s":           true,
		" p( 99 , service ) < 1000 ": true,
		"p(50,service)<=501ms":       true,
		"p(50,service)>502":          false,
		"med(service)<502ms":         true,
		"mean(service)<501ms":        true,
		"avg(service)<500ms":         false,
		"max<2.01s":                  true,
		"max(service)<0.5m":          true,
		"max(service)<1000000us":     false,
		"errors<0.5%":                true,
		"errors<0.4%":                false,
		"errors<=5":                  true,
		"errors<5":                   false,
		"errors==5":                  true,
		"rate>99.5":                  true,
		"rate>100/s":                 false,
		"rate>=100req/s":             true,
		"requests>1000":              true,
		"count>=1006":                false,
		"late<1%":                    true,
		"late<0.1":                   false,
		"throughput>1.9MB/s":         true,
		"throughput>2MiB":            false,
		"heap>39kB":                  true,
		"heap>40KiB":                 false,
		"trusted":                    true,
	} {
		a, err := ParseAssertion(text)
		require.NoError(t, err)
		o := totals.Judge(a, phase)
		require.Equal(t, want, o.OK, "%s: %+v", text, o)
		require.Empty(t, o.Reason)
		require.Equal(t, "open", o.Phase)
		require.Equal(t, strings.TrimSpace(text), o.Text)
	}
}

func TestAssertionsThatCannotBeJudged(t *testing.T) {
	empty, p := NewTotals(), &Phase{Name: "closed-1", Errors: map[string]int64{}}
	for text, reason := range map[string]string{
		"p(99)<1s": "no good response", "errors<1%": "no request ended", "heap>1": "does not tell its heap", "rss<1GB": "does not tell its rss",
	} {
		a, err := ParseAssertion(text)
		require.NoError(t, err)
		o := empty.Judge(a, p)
		require.False(t, o.OK, "what was not measured is not good")
		require.Contains(t, o.Reason, reason)
	}
	a, err := ParseAssertion("leak<10B")
	require.NoError(t, err)
	require.True(t, a.OfRun())
	require.Contains(t, new(Run).Judge(a).Reason, "no soak")
}

func TestAssertionsOfTheRun(t *testing.T) {
	for _, c := range []struct {
		text string
		run  Run
		want bool
	}{
		{"leak<10B", Run{Leak: &Leak{Verdict: NoLeak, Low: -1, High: 2}}, true},
		{"leak<10B", Run{Leak: &Leak{Verdict: Leaks, Low: 90, High: 110}}, false},
		{"leak<10B", Run{Leak: &Leak{Verdict: CannotTell, Low: -5, High: 30}}, false},
		{"leak<50B", Run{Leak: &Leak{Verdict: CannotTell, Low: -5, High: 30}}, true},
		{"leak<50B", Run{Leak: &Leak{Verdict: CannotTell, Text: "there are 2 plateaus"}}, false},
		{"reboots<1", Run{}, true},
		{"reboots==0", Run{Events: []Event{{Kind: "crash"}, {Kind: "reboot"}}}, false},
		{"reboots==1", Run{Events: []Event{{Kind: "crash"}, {Kind: "reboot"}}}, true},
		{"reboots<1", Run{Events: []Event{{Kind: "crash"}}}, false},
	} {
		a, err := ParseAssertion(c.text)
		require.NoError(t, err)
		require.Equal(t, c.want, c.run.Judge(a).OK, "%s of %+v", c.text, c.run)
	}
}

func TestAssertionParts(t *testing.T) {
	a, err := ParseAssertion("p(99.9){phase:open}<=1s!")
	require.NoError(t, err)
	require.Equal(t, "open", a.Phase)
	require.True(t, a.Abort)
	require.True(t, a.Below())
	require.False(t, a.ForGood())
	for text, forGood := range map[string]bool{
		"max<1s": true, "errors<1": true, "errors<1%": false, "rate>1": false, "heap>1kB": true, "heap<1MB": false, "requests>5": false,
	} {
		a, err := ParseAssertion(text)
		require.NoError(t, err)
		require.Equal(t, forGood, a.ForGood(), text)
	}
}

// Each wrong assertion gets one line that says where it broke and what is allowed.
func TestWrongAssertions(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "must begin with what is measured",
		"<5":                   "must begin with what is measured",
		"q(99)<5ms":            `there is no "q"; there are p(N), mean`,
		"p99<5ms":              `there is no "p99"`,
		"p<5ms":                "which percentile? give one like p(99)",
		"p()<5ms":              `"" is no percentile`,
		"p(100)<5ms":           `"100" is no percentile`,
		"p(-1)<5ms":            "no percentile",
		"p(NaN)<5ms":           "no percentile",
		"p(99<5ms":             `the parenthesis at "(99<5ms" is not closed`,
		"p(99,wall)<5ms":       `there is no clock "wall"`,
		"p(99,service,x)<5ms":  "is too much",
		"rate(99)>5":           "rate takes no (99)",
		"p(99){open<5ms":       `the brace at "{open<5ms" is not closed`,
		"p(99){}<5ms":          "names no phase",
		"leak{open}<5B":        "of the whole run",
		"p(99)":                "a limit is missing; add one, as in p(99)<200ms",
		"rate":                 "as in rate>100",
		"p(99)~5ms":            `at "~5ms" there should be <`,
		"p(99) 5ms":            `at "5ms" there should be <`,
		"p(99)<":               `"" is no limit`,
		"p(99)<fast":           `"fast" is no limit`,
		"p(99)<-5ms":           "negative",
		"p(99)<5kB":            `"kB" is no unit of p; give one like p(99)<200ms`,
		"p(99)<5 fortnights":   `"fortnights" is no unit`,
		"p(99)<1e999ms":        "is no limit",
		"p(99)<5ms<6ms":        "is no limit",
		"errors<0.01":          "a share is written like errors<0.1%",
		"errors<200%":          "more than all",
		"rate>5ms":             `"ms" is no unit of rate`,
		"trusted<5":            "trusted stands alone",
		"p(99)<5ms and rate>1": "is no limit",
	} {
		_, err := ParseAssertion(text)
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, fmt.Sprintf("assertion %q", text))
		require.NotContains(t, err.Error(), "\n")
	}
}

func FuzzParseAssertion(f *testing.F) {
	f.Add("p(99.9){open}<=1s!")
	f.Add("errors<0.1%")
	f.Fuzz(func(t *testing.T, text string) {
		a, err := ParseAssertion(text)
		if err != nil {
			return
		}
		again, err := ParseAssertion(a.Text)
		require.NoError(t, err)
		require.Equal(t, a, again)
		totals, phase := measured()
		if !a.OfRun() {
			totals.Judge(a, phase)
		}
	})
}
