package conformance

import (
	"net"
	"slices"
	"strings"
)

// instead says what the user may have meant by a selector that selects nothing.
func instead(selector string) string {
	if host, _, _ := strings.Cut(selector, "/"); isAddress(host) {
		return "a server is given as a URL, as http://" + selector
	}
	var names []string
	for _, suite := range Suites {
		names = append(names, suite.Name)
		for _, c := range suite.Cases {
			names = append(names, suite.Name+"/"+c.Section, suite.ID(c))
		}
	}
	slices.Sort(names)
	names = slices.Compact(names)
	slices.SortStableFunc(names, func(a, b string) int { return distance(selector, a) - distance(selector, b) })
	if near := names[0]; distance(selector, near) <= max(1, len(selector)/8) {
		return "perhaps " + near + "? List what there is with --list"
	}
	return "list what there is with --list"
}

// isAddress tells what is more likely a server than a case: an IP address, localhost, or anything with a port.
func isAddress(s string) bool {
	host, _, err := net.SplitHostPort(s)
	if err != nil {
		host = s
	}
	return err == nil || host == "localhost" || net.ParseIP(host) != nil
}

// distance is how many octets must be put in, left out or replaced to make b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1) // row[j] is the distance of a[:i] from b[:j]
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			best := diagonal
			if a[i] != b[j] {
				best++
			}
			diagonal = row[j+1]
			row[j+1] = min(best, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
