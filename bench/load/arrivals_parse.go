package load

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// mostRate is the highest rate that ParseArrivals takes, in requests a second.
const mostRate = 1e7

// ArrivalsSyntax shows people what ParseArrivals reads, a line each.
const ArrivalsSyntax = `100                        100 requests a second, evenly spaced
ramp:10..500/60s           from 10 to 500 a second within 60 s, then 500
steps:100,200,400/10s      each rate for 10 s, the last one for ever
sine:100±50/30s            between 50 and 150, once up and down in 30 s (100+-50 means the same)
burst:500/1s every 10s     500 requests within 1 s, at the start of every 10 s
poisson:SHAPE              random starts with the rate of any of these, as poisson:200`

// ParseArrivals reads a rate and its shape; see ArrivalsSyntax.
func ParseArrivals(text string) (Arrivals, error) {
	shape, random := strings.CutPrefix(strings.TrimSpace(text), "poisson:")
	c, err := parseCurve(shape)
	if err != nil {
		return Arrivals{}, fmt.Errorf("read the rate %q: %w", text, err)
	}
	return Arrivals{curve: c, random: random}, nil
}

func parseCurve(text string) (curve, error) {
	name, rest, shaped := strings.Cut(text, ":")
	if !shaped {
		rate, err := parseRate(strings.TrimSuffix(text, "/s"))
		if err == nil && rate == 0 {
			err = errors.New("it must be above 0")
		}
		return constant(rate), err
	}
	parse, known := map[string]func(string) (curve, error){
		"ramp": parseRamp, "steps": parseSteps, "sine": parseSine, "burst": parseBurst,
	}[name]
	if !known {
		return nil, fmt.Errorf("no shape is called %q; give a number, ramp:, steps:, sine:, burst: or poisson:", name)
	}
	return parse(rest)
}

func parseRamp(text string) (curve, error) {
	rates, over, err := cutLength(text)
	if err != nil {
		return nil, err
	}
	from, to, ok := strings.Cut(rates, "..")
	if !ok {
		return nil, errors.New("a ramp goes from one rate to another, as in ramp:10..500/60s")
	}
	var r ramp
	r.over = over
	if r.from, err = parseRate(from); err != nil {
		return nil, err
	}
	if r.to, err = parseRate(to); err != nil {
		return nil, err
	}
	if r.from == 0 && r.to == 0 {
		return nil, errors.New("one of the rates must be above 0")
	}
	return r, nil
}

func parseSteps(text string) (curve, error) {
	rates, each, err := cutLength(text)
	if err != nil {
		return nil, err
	}
	s, sum := steps{each: each}, 0.0
	for text := range strings.SplitSeq(rates, ",") {
		rate, err := parseRate(text)
		if err != nil {
			return nil, err
		}
		s.rates, sum = append(s.rates, rate), sum+rate
	}
	if sum == 0 {
		return nil, errors.New("one of the rates must be above 0")
	}
	return s, nil
}

func parseSine(text string) (curve, error) {
	rates, period, err := cutLength(text)
	if err != nil {
		return nil, err
	}
	mean, amplitude, ok := strings.Cut(strings.Replace(rates, "+-", "±", 1), "±")
	if !ok {
		return nil, errors.New("a sine has a mean and how far it swings, as in sine:100±50/30s")
	}
	var s sine
	s.period = period
	if s.mean, err = parseRate(mean); err != nil {
		return nil, err
	}
	if s.amplitude, err = parseRate(amplitude); err != nil {
		return nil, err
	}
	if s.mean == 0 || s.amplitude > s.mean {
		return nil, errors.New("the mean must be above 0, and the swing at most the mean")
	}
	return s, nil
}

func parseBurst(text string) (curve, error) {
	size, every, ok := strings.Cut(text, " every ")
	if !ok {
		return nil, errors.New("a burst comes again and again, as in burst:500/1s every 10s")
	}
	number, over, err := cutLength(size)
	if err != nil {
		return nil, err
	}
	n, err := parseRate(number)
	if err != nil {
		return nil, err
	}
	period, err := parseLength(every)
	switch {
	case err != nil:
		return nil, err
	case n < 1 || n != float64(int(n)):
		return nil, errors.New("a burst has a whole number of requests, at least 1")
	case over > period:
		return nil, errors.New("a burst must be over before the next one begins")
	case n/over > mostRate:
		return nil, fmt.Errorf("a burst has at most %d requests a second", int(mostRate))
	}
	return burst{n: n, over: over, period: period}, nil
}

// cutLength takes "X/10s" apart, into X and seconds.
func cutLength(text string) (rest string, seconds float64, err error) {
	rest, length, ok := strings.Cut(text, "/")
	if !ok {
		return "", 0, errors.New("it lacks its time, as the /10s in steps:100,200/10s")
	}
	seconds, err = parseLength(length)
	return rest, seconds, err
}

func parseLength(text string) (seconds float64, err error) {
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("%q is not a time; give one like 10s, 500ms or 2m", text)
	}
	return d.Seconds(), nil
}

func parseRate(text string) (float64, error) {
	rate, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil || !(rate >= 0 && rate <= mostRate) {
		return 0, fmt.Errorf("%q is not a rate; give a number of requests a second, up to %d", text, int(mostRate))
	}
	return rate, nil
}

// String is what ParseArrivals reads, "" for none.
func (a Arrivals) String() string {
	switch {
	case a.curve == nil:
		return ""
	case a.random:
		return "poisson:" + a.curve.String()
	}
	return a.curve.String()
}

// MarshalText and UnmarshalText write and read a, in JSON and in flags.
func (a Arrivals) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

func (a *Arrivals) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*a = Arrivals{}
		return nil
	}
	*a, err = ParseArrivals(string(text))
	return err
}
