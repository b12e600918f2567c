package conformance

import (
	"path"
	"slices"
	"strings"

	"github.com/httpdlab/httpdlab/conformance/check"
)

// unfit is what a chip is spared unless it is asked for by name: patterns of ids
// and of catalogue ids. A chip has tens of kilobytes, no permessage-deflate and
// one task, so that these take minutes there and tell nothing.
var unfit = []struct{ why, patterns string }{
	{"a load of megabytes", "autobahn/9.*"},
	{"messages of 64 KiB and more", "autobahn/1.1.[678] autobahn/1.2.[678] autobahn/7.1.6 rfc6455/5.5.2/ping-during-a-large-echo"},
	{"every length or place one by one", "rfc6455/8.1/*-cut-at-every-octet rfc6455/8.1/borders-of-* rfc6455/5.5.2/ping-of-every-length rfc6455/5.3/every-key-and-length"},
	{"permessage-deflate, which a chip has no memory for", "rfc7692/*/*"},
}

// spare marks the cases that are not made for a chip. Of permessage-deflate what
// holds for a server without it remains.
func spare(cases []check.Selected) {
	for i := range cases {
		s := &cases[i]
		names := append(strings.Fields(s.Case.Alias), s.ID())
		if slices.Contains(names, "PM-00") {
			continue
		}
		for _, u := range unfit {
			if slices.ContainsFunc(names, func(name string) bool { return matchesAny(u.patterns, name) }) {
				s.Spared = "not made for a chip (" + u.why + "); it runs if asked for by name"
				break
			}
		}
	}
}

func matchesAny(patterns, name string) bool {
	return slices.ContainsFunc(strings.Fields(patterns), func(pattern string) bool {
		ok, err := path.Match(pattern, name)
		return ok && err == nil
	})
}
