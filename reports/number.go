package reports

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// gap keeps a number and its unit on one line.
const gap = "\u00a0"

// none stands where a number is missing or is not one.
const none = "–"

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

// drawable reports whether x can stand on a logarithmic axis: above zero, and
// nothing that no clock and no counter can have brought.
func drawable(x float64) bool { return x >= 1e-9 && x <= 1e15 }

// figures3 writes x with three significant digits, thousands separated.
func figures3(x float64) string {
	a := math.Abs(x)
	switch {
	case !finite(x):
		return none
	case a >= 1e12:
		return strconv.FormatFloat(x, 'g', 3, 64)
	case a >= 99.95:
		return group(strconv.FormatFloat(x, 'f', 0, 64))
	case a >= 9.995:
		return strconv.FormatFloat(x, 'f', 1, 64)
	case a >= 0.9995 || a == 0:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case a >= 0.09995:
		return strconv.FormatFloat(x, 'f', 3, 64)
	case a >= 0.0005:
		return strconv.FormatFloat(x, 'f', 4, 64)
	}
	return strconv.FormatFloat(x, 'g', 2, 64)
}

// short drops the zeros that figures3 leaves behind the point.
func short(x float64) string {
	s := figures3(x)
	if strings.Contains(s, ".") && !strings.Contains(s, "e") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// count writes a whole number, thousands separated.
func count(n int64) string { return group(strconv.FormatInt(n, 10)) }

func group(digits string) string {
	sign := ""
	if strings.HasPrefix(digits, "-") {
		sign, digits = "-", digits[1:]
	}
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return sign + digits
}

// rate writes requests a second.
func rate(x float64) string { return short(x) + "/s" }

// span writes a duration given in milliseconds, in the unit that suits it.
func span(ms float64) string {
	switch {
	case !finite(ms):
		return none
	case ms == 0:
		return "0" + gap + "s"
	case math.Abs(ms) < 0.9995:
		return short(ms*1e3) + gap + "µs"
	case math.Abs(ms) < 999.5:
		return short(ms) + gap + "ms"
	case math.Abs(ms) < 120e3:
		return short(ms/1e3) + gap + "s"
	case math.Abs(ms) < 120*60e3:
		return short(ms/60e3) + gap + "min"
	}
	return short(ms/3600e3) + gap + "h"
}

// bytesize writes a size in binary units.
func bytesize(b float64) string {
	unit, name := byteUnit(math.Abs(b))
	if name == "B" {
		return short(b) + gap + "B"
	}
	return short(b/unit) + gap + name
}

// byteUnit is the largest binary unit that b reaches.
func byteUnit(b float64) (unit float64, name string) {
	unit, name = 1, "B"
	for _, next := range []string{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"} {
		if b < unit*1024 {
			break
		}
		unit, name = unit*1024, next
	}
	return unit, name
}

// share writes part of whole in percent; a part that is there is never "0 %".
func share(part, whole float64) string {
	if whole == 0 || !finite(part/whole) {
		return none
	}
	p := 100 * part / whole
	if p != 0 && math.Abs(p) < 0.01 {
		return "under 0.01" + gap + "%"
	}
	return short(p) + gap + "%"
}

// plural writes n with its noun.
func plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return count(n) + " " + noun + "s"
}

// clock writes an instant in the reader-independent form that the pages use.
func clock(t time.Time) string {
	if t.IsZero() {
		return none
	}
	return t.UTC().Format("2006-01-02 15:04:05 UTC")
}

// clip cuts s to at most n characters, the last of which then says so.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n-1]) + "…"
	}
	return s
}

// list joins words as a sentence does.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return fmt.Sprintf("%s and %s", strings.Join(words[:n-1], ", "), words[n-1])
	}
}

// oneLine clips s and turns what does not print, line ends above all, into
// spaces: names go into plots, where a line is all there is room for.
func oneLine(s string, n int) string {
	return clip(strings.Map(func(c rune) rune {
		if !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, strings.ToValidUTF8(s, "?")), n)
}
