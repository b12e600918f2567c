package conformance

import (
	_ "embed"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

//go:embed testdata/catalogue.txt
var catalogue string

// Each entry of the catalogue that this suite grew from is one case, and no case claims what is not there.
func TestEveryCatalogueEntryIsOneCase(t *testing.T) {
	count := map[string]int{}
	for _, suite := range requestSuites() {
		for _, c := range suite.Cases {
			if c.Alias != "" {
				count[c.Alias]++
			}
		}
	}
	ids := strings.Fields(catalogue)
	require.Len(t, ids, 438)
	for _, id := range ids {
		require.Equal(t, 1, count[id], "cases with the alias %s", id)
		delete(count, id)
	}
	require.Empty(t, count, "aliases that the catalogue does not have")
}

var slug = regexp.MustCompile(`^[a-z0-9]+([.-][a-z0-9]+)*$`)

// Sections never go back, ids are unique, and every case says its rule and does something.
func TestSuitesAreInOrder(t *testing.T) {
	seen := map[string]bool{}
	for _, suite := range Suites {
		var last []int
		for _, c := range suite.Cases {
			id := suite.ID(c)
			require.False(t, seen[id], "%s is there twice", id)
			seen[id] = true
			require.Regexp(t, slug, c.Name, id)
			section := numbers(t, c.Section)
			require.LessOrEqual(t, slices.Compare(last, section), 0, "%s comes after section %v", id, last)
			last = section
			require.Regexp(t, `^[A-Z].*\.$`, c.Rule, id)
			require.True(t, (c.Script != nil) != (c.Lint != nil), "%s has a script or a lint", id)
		}
	}
}

func numbers(t *testing.T, section string) (ns []int) {
	for _, part := range strings.Split(section, ".") {
		n, err := strconv.Atoi(part)
		require.NoError(t, err, section)
		ns = append(ns, n)
	}
	return ns
}

func TestSelection(t *testing.T) {
	for selector, want := range map[string][]string{
		"rfc9112/3.2/missing-host": {"rfc9112/3.2/missing-host"},
		"TE-CASE-OK":               {"rfc9112/7/coding-in-upper-case"},
		"rfc9112/7.1.2":            {"rfc9112/7.1.2/trailer-fields"},
		"rfc9112/7":                {"rfc9112/7/coding-in-upper-case", "rfc9112/7.1.2/trailer-fields"},
		"rfc9112/*/missing-*":      {"rfc9112/3/missing-target", "rfc9112/3.2/missing-host"},
		"rfc9110":                  {"rfc9110/9.1/method-case"},
	} {
		cases, err := Cases(selector)
		require.NoError(t, err)
		var ids []string
		for _, s := range cases {
			ids = append(ids, s.ID())
		}
		require.Subset(t, ids, want, selector)
	}
	for selector, said := range map[string]string{
		"rfc9112/99":               "list what there is with --list",
		"nonsense":                 "list what there is with --list",
		"rfc9112/3.2/missing-hots": "perhaps rfc9112/3.2/missing-host?",
		"rfc9122":                  "perhaps rfc9112?",
		"192.168.4.1":              "as http://192.168.4.1",
		"board.local:8080/hello":   "as http://board.local:8080/hello",
	} {
		_, err := Cases(selector)
		require.ErrorContains(t, err, selector)
		require.ErrorContains(t, err, said)
	}
}
