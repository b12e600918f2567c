package rfc6455_test

import (
	_ "embed"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/httpdlab/httpdlab/conformance/rfc6455"
)

// autobahn is how many cases each sub chapter of Autobahn has, without compression.
var autobahn = map[string]int{
	"1.1": 8, "1.2": 8, "2": 11, "3": 7, "4.1": 5, "4.2": 5, "5": 20,
	"6.1": 3, "6.2": 4, "6.3": 2, "6.4": 4, "6.5": 5, "6.6": 11, "6.7": 4, "6.8": 2, "6.9": 4, "6.10": 3, "6.11": 5, "6.12": 8,
	"6.13": 5, "6.14": 10, "6.15": 1, "6.16": 3, "6.17": 5, "6.18": 5, "6.19": 5, "6.20": 7, "6.21": 8, "6.22": 34, "6.23": 7,
	"7.1": 6, "7.3": 6, "7.5": 1, "7.7": 13, "7.9": 9, "7.13": 2,
	"9.1": 6, "9.2": 6, "9.3": 9, "9.4": 9, "9.5": 6, "9.6": 6, "9.7": 6, "9.8": 6, "10.1": 1,
}

// Each of Autobahn's 301 cases without compression is the alias of exactly one case.
func TestEveryAutobahnCaseIsOneCase(t *testing.T) {
	count := map[string]int{}
	for _, c := range rfc6455.Suite.Cases {
		for _, alias := range strings.Fields(c.Alias) {
			count[alias]++
		}
	}
	require.Len(t, count, 301)
	for chapter, n := range autobahn {
		for i := 1; i <= n; i++ {
			require.Equal(t, 1, count[fmt.Sprintf("autobahn/%s.%d", chapter, i)], "%s.%d", chapter, i)
		}
	}
}

//go:embed testdata/catalogue.txt
var catalogue string

// What Autobahn lacks stands in a list of its own, and every entry has its cases.
func TestEveryCheckBeyondAutobahnHasItsCases(t *testing.T) {
	known := map[string]bool{}
	for _, c := range rfc6455.Suite.Cases {
		known[rfc6455.Suite.ID(c)] = true
	}
	entries := 0
	for line := range strings.Lines(catalogue) {
		entry, cases, ok := strings.Cut(strings.TrimSpace(line), "\t")
		require.True(t, ok, line)
		for _, id := range strings.Fields(cases) {
			require.True(t, known["rfc6455/"+id], "%s: %s is no case", entry, id)
		}
		entries++
	}
	require.Equal(t, 106, entries)
}

// The name of a text's case says what it is.
func TestTextsAreWhatTheirNamesSay(t *testing.T) {
	valid, invalid := 0, 0
	for _, c := range rfc6455.Suite.Cases {
		var octets []byte
		if _, err := fmt.Sscanf(c.Name, "valid-%x", &octets); err == nil && !strings.Contains(c.Name, "cut") {
			require.True(t, utf8.Valid(octets), c.Name)
			valid++
		}
		if _, err := fmt.Sscanf(c.Name, "invalid-%x", &octets); err == nil && !strings.Contains(c.Name, "more") && !strings.Contains(c.Name, "cut") {
			require.False(t, utf8.Valid(octets), c.Name)
			invalid++
		}
	}
	require.Equal(t, [2]int{56, 65}, [2]int{valid, invalid})
}
